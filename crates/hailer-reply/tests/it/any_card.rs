//! Cards as any sequence of builder calls makes them, with any texts.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use hailer_reply::{
    Action, ActionSet, ActionStyle, Card, Column, ColumnSet, ColumnWidth, Container,
    ContainerStyle, Element, FactSet, HorizontalAlignment, HttpsUrl, Image, ImageSet, ImageSize,
    RichTextBlock, Spacing, Table, TableCell, TableColumn, TableRow, Target, TextBlock, TextColor,
    TextRun, TextSize, TextStyle, TextWeight, VerticalAlignment, escape_card,
};
use proptest::prelude::*;

use crate::foreign_text::foreign_text;

/// Decides what is built: one number a choice, as long as there are some.
struct Source {
    choices: std::vec::IntoIter<u8>,
    texts: std::iter::Cycle<std::vec::IntoIter<String>>,
}

/// Any card; texts are repeated as often as wanted.
pub(crate) fn any_card(repeated: usize) -> impl Strategy<Value = Card> {
    let texts = prop::collection::vec(foreign_text(), 1..6);
    (prop::collection::vec(any::<u8>(), 0..300), texts).prop_map(move |(choices, texts)| {
        let texts: Vec<_> = texts.iter().map(|text| text.repeat(repeated)).collect();
        let mut source = Source {
            choices: choices.into_iter(),
            texts: texts.into_iter().cycle(),
        };
        source.card(0)
    })
}

macro_rules! place {
    ($source:expr, $element:expr) => {{
        let element = $element;
        let element = match $source.pick(8) {
            1 => element.with_id($source.text()),
            2 => element.with_spacing($source.spacing()),
            3 => element.with_separator(),
            4 => element.hidden(),
            _ => element,
        };
        Element::from(element)
    }};
}

impl Source {
    /// Chooses one of `count`; the first when there is nothing more to decide.
    fn pick(&mut self, count: u8) -> u8 {
        self.choices.next().unwrap_or_default() % count
    }

    fn one_of<T: Copy, const COUNT: usize>(&mut self, all: [T; COUNT]) -> T {
        all[usize::from(self.pick(u8::try_from(COUNT).unwrap()))]
    }

    fn text(&mut self) -> String {
        self.texts.next().unwrap_or_default()
    }

    fn pixels(&mut self) -> u32 {
        u32::from(self.pick(255)) * 7
    }

    fn url(&mut self) -> HttpsUrl {
        let urls = [
            "https://ci.example/a_(b)?c=1&d=%20",
            "https://[::1]:8443",
            "https://x.example/größe",
        ];
        self.one_of(urls).parse().unwrap()
    }

    fn spacing(&mut self) -> Spacing {
        self.one_of([
            Spacing::Default,
            Spacing::None,
            Spacing::Small,
            Spacing::Medium,
            Spacing::Large,
            Spacing::ExtraLarge,
            Spacing::Padding,
        ])
    }

    fn size(&mut self) -> TextSize {
        self.one_of([
            TextSize::Small,
            TextSize::Default,
            TextSize::Medium,
            TextSize::Large,
            TextSize::ExtraLarge,
        ])
    }

    fn weight(&mut self) -> TextWeight {
        self.one_of([TextWeight::Lighter, TextWeight::Default, TextWeight::Bolder])
    }

    fn color(&mut self) -> TextColor {
        self.one_of([
            TextColor::Default,
            TextColor::Dark,
            TextColor::Light,
            TextColor::Accent,
            TextColor::Good,
            TextColor::Warning,
            TextColor::Attention,
        ])
    }

    fn style(&mut self) -> ContainerStyle {
        self.one_of([
            ContainerStyle::Default,
            ContainerStyle::Emphasis,
            ContainerStyle::Good,
            ContainerStyle::Attention,
            ContainerStyle::Warning,
            ContainerStyle::Accent,
        ])
    }

    fn horizontal(&mut self) -> HorizontalAlignment {
        self.one_of([
            HorizontalAlignment::Left,
            HorizontalAlignment::Center,
            HorizontalAlignment::Right,
        ])
    }

    fn vertical(&mut self) -> VerticalAlignment {
        self.one_of([
            VerticalAlignment::Top,
            VerticalAlignment::Center,
            VerticalAlignment::Bottom,
        ])
    }

    fn card(&mut self, depth: u8) -> Card {
        let mut card = Card::new();
        for _ in 0..self.pick(7) {
            card = match self.pick(12) {
                0 => card.version_1_5(),
                1 => card.full_width(),
                2 => card.with_min_height(self.pixels()),
                3 => card.with_vertical_alignment(self.vertical()),
                4 => card.with_link(self.url()),
                5 => card.with_mention(&self.text(), &self.text()),
                6 => card.with_fallback_text(self.text()),
                7 => card.with_speak(self.text()),
                8 => card.with_action(self.action(depth)),
                _ => card.with(self.element(depth)),
            };
        }
        card
    }

    fn action(&mut self, depth: u8) -> Action {
        let title = self.text();
        let action = match self.pick(4) {
            0 | 1 => Action::open_url(title, self.url()),
            2 => Action::toggle_visibility(
                title,
                [
                    Target::toggle(self.text()),
                    Target::show(self.text()),
                    Target::hide(self.text()),
                ],
            ),
            _ if depth > 6 => Action::open_url(title, self.url()),
            _ => Action::show_card(title, self.card(depth + 1)),
        };
        match self.pick(5) {
            1 => action.with_style(self.one_of([
                ActionStyle::Default,
                ActionStyle::Positive,
                ActionStyle::Destructive,
            ])),
            2 => action.with_icon(self.url()),
            3 => action.with_id(self.text()),
            _ => action,
        }
    }

    fn element(&mut self, depth: u8) -> Element {
        match self.pick(if depth > 6 { 5 } else { 9 }) {
            0 => place!(self, self.text_block()),
            1 => place!(self, self.rich_text()),
            2 => place!(self, self.image()),
            3 => place!(self, self.image_set()),
            4 => place!(self, self.fact_set()),
            5 => place!(self, self.container(depth + 1)),
            6 => place!(self, self.column_set(depth + 1)),
            7 => place!(self, self.action_set(depth + 1)),
            _ => place!(self, self.table(depth + 1)),
        }
    }

    fn text_block(&mut self) -> TextBlock {
        let text = self.text();
        let mut block = match self.pick(5) {
            0 | 1 => TextBlock::new(text),
            2 => TextBlock::markdown(format!("**a** {} b", escape_card(&text))),
            3 => TextBlock::link(&text, &self.url()),
            _ => TextBlock::heading(text),
        };
        for _ in 0..self.pick(4) {
            block = match self.pick(9) {
                0 => block.with_size(self.size()),
                1 => block.with_weight(self.weight()),
                2 => block.with_color(self.color()),
                3 => block.subtle(),
                4 => block.on_one_line(),
                5 => block.with_max_lines(self.pixels()),
                6 => block.monospace(),
                7 => block.with_horizontal_alignment(self.horizontal()),
                _ => block.with_style(self.one_of([TextStyle::Default, TextStyle::Heading])),
            };
        }
        block
    }

    fn rich_text(&mut self) -> RichTextBlock {
        let mut block = RichTextBlock::new();
        for _ in 0..self.pick(4) {
            let run = TextRun::new(self.text());
            block = block.with(match self.pick(8) {
                0 => run.with_size(self.size()),
                1 => run.with_weight(self.weight()),
                2 => run.with_color(self.color()),
                3 => run.monospace(),
                4 => run.subtle(),
                5 => run.italic(),
                6 => run.struck_through(),
                _ => run.highlighted(),
            });
        }
        block.with_horizontal_alignment(self.horizontal())
    }

    fn image(&mut self) -> Image {
        let image = Image::new(self.url(), self.text());
        match self.pick(7) {
            1 => image.with_size(self.one_of([
                ImageSize::Auto,
                ImageSize::Stretch,
                ImageSize::Small,
                ImageSize::Medium,
                ImageSize::Large,
            ])),
            2 => image.as_person(),
            3 => image.with_width(self.pixels()),
            4 => image.with_height(self.pixels()),
            5 => image.with_horizontal_alignment(self.horizontal()),
            6 => image.with_link(self.url()),
            _ => image,
        }
    }

    fn image_set(&mut self) -> ImageSet {
        let mut set = ImageSet::new().with_image_size(ImageSize::Small);
        for _ in 0..self.pick(4) {
            set = set.with(self.image());
        }
        set
    }

    fn fact_set(&mut self) -> FactSet {
        let mut set = FactSet::new();
        for _ in 0..self.pick(5) {
            set = match self.pick(2) {
                0 => set.with(self.text(), self.text()),
                _ => set.with_markdown(self.text(), self.text()),
            };
        }
        set
    }

    fn container(&mut self, depth: u8) -> Container {
        let mut container = Container::new();
        for _ in 0..self.pick(5) {
            container = match self.pick(8) {
                1 => container.with_style(self.style()),
                2 => container.bleeding(),
                3 => container.with_min_height(self.pixels()),
                4 => container.with_vertical_alignment(self.vertical()),
                5 => container.with_link(self.url()),
                _ => container.with(self.element(depth)),
            };
        }
        container
    }

    fn column_set(&mut self, depth: u8) -> ColumnSet {
        let mut set = ColumnSet::new();
        for _ in 0..self.pick(4) {
            set = match self.pick(9) {
                1 => set.with_style(self.style()),
                2 => set.bleeding(),
                3 => set.with_min_height(self.pixels()),
                4 => set.with_horizontal_alignment(self.horizontal()),
                5 => set.with_link(self.url()),
                _ => {
                    let column = place_column(self);
                    set.with(self.column(column, depth))
                }
            };
        }
        set
    }

    fn column(&mut self, mut column: Column, depth: u8) -> Column {
        for _ in 0..self.pick(4) {
            column = match self.pick(8) {
                1 => column.with_style(self.style()),
                2 => column.bleeding(),
                3 => column.with_min_height(self.pixels()),
                4 => column.with_vertical_alignment(self.vertical()),
                5 => column.with_link(self.url()),
                _ => column.with(self.element(depth)),
            };
        }
        column
    }

    fn action_set(&mut self, depth: u8) -> ActionSet {
        let mut set = ActionSet::new();
        for _ in 0..self.pick(4) {
            set = set.with(self.action(depth));
        }
        set
    }

    fn table(&mut self, depth: u8) -> Table {
        let mut table = match self.pick(2) {
            0 => Table::with_header([self.text(), self.text()]),
            _ => Table::new([
                TableColumn::of_weight(2).with_horizontal_alignment(self.horizontal()),
                TableColumn::of_pixels(80).with_vertical_alignment(self.vertical()),
            ]),
        };
        for _ in 0..self.pick(5) {
            table = match self.pick(9) {
                1 => table.without_grid_lines(),
                2 => table.with_grid_style(self.style()),
                3 => table.with_horizontal_alignment(self.horizontal()),
                4 => table.with_vertical_alignment(self.vertical()),
                5 | 6 => table.with_row([self.text(), self.text()]),
                _ => table.with_row(
                    TableRow::new()
                        .with_style(self.style())
                        .with(self.cell(depth))
                        .with(self.cell(depth)),
                ),
            };
        }
        table
    }

    fn cell(&mut self, depth: u8) -> TableCell {
        let cell = TableCell::new();
        let cell = match self.pick(4) {
            1 => cell.with_style(self.style()),
            2 => cell.with_vertical_alignment(self.vertical()),
            3 => cell.with_link(self.url()),
            _ => cell,
        };
        cell.with(self.element(depth))
    }
}

fn place_column(source: &mut Source) -> Column {
    let width = source.pixels();
    let column = match source.pick(5) {
        0 => Column::new(),
        1 => Column::of_width(ColumnWidth::Auto),
        2 => Column::of_width(ColumnWidth::Stretch),
        3 => Column::of_width(ColumnWidth::Pixels(width)),
        _ => Column::of_width(ColumnWidth::Weight(width)),
    };
    match source.pick(6) {
        1 => column.with_id(source.text()),
        2 => column.with_spacing(source.spacing()),
        3 => column.with_separator(),
        4 => column.hidden(),
        _ => column,
    }
}
