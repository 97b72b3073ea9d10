//! Answers that commands need daily, each in one call and in one look.
//!
//! They are made of elements like any card, so that card and text form come from the same data, and long ones are
//! cut by whole rows. Everything that is passed in is literal.

pub(crate) mod bar;
pub(crate) mod error;
pub(crate) mod list;
pub(crate) mod number;
pub(crate) mod sparkline;
pub(crate) mod table;
pub(crate) mod words;

use crate::card::Card;
use crate::card::https_url::HttpsUrl;
use crate::card::text_block::TextBlock;
use crate::one_liner::bar::Bar;
use crate::one_liner::words::{BLANK, Words, one_line};
use crate::reply::Reply;
use crate::rows::Rows;

/// The answers that take one call.
impl Reply {
    /// Answers with names and values. All of it is literal text.
    ///
    /// ```
    /// use hailer_reply::{Reply, Sign};
    ///
    /// let reply = Reply::facts("api", [("Version", "2.42.0".into()), ("Health", Sign::Good.says("12 of 12"))]);
    ///
    /// assert_eq!(reply.to_plain(), "api\nVersion  2.42.0\nHealth   ✔ 12 of 12");
    /// ```
    pub fn facts<N: Into<String>, V: Into<Words>>(
        title: impl Into<String>,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self::empty().then_facts(title, pairs)
    }

    /// Answers with a table of literal text.
    ///
    /// Up to three columns stand side by side; the rows of a wider table, or of one with long words, are stacked,
    /// because phones are narrow. As text the columns are aligned either way. Short rows are filled up with "–".
    ///
    /// ```
    /// use hailer_reply::Reply;
    ///
    /// let rows = [["api", "2.42.0", "eu-1", "3 d"], ["web", "1.9.3", "eu-2", "12 d"]];
    /// let reply = Reply::table("Running", ["Service", "Version", "Region", "Age"], rows);
    ///
    /// assert_eq!(
    ///     reply.to_plain(),
    ///     "Running\nService  Version  Region  Age\napi      2.42.0   eu-1    3 d\nweb      1.9.3    eu-2    12 d"
    /// );
    /// ```
    pub fn table<T: Into<String>, R: IntoIterator<Item: Into<Words>>>(
        title: impl Into<String>,
        columns: impl IntoIterator<Item = T>,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        Self::empty().then_table(title, columns, rows)
    }

    /// Answers with a list of literal items; the [`Sign`](crate::Sign) of an item stands in place of its bullet.
    ///
    /// ```
    /// use hailer_reply::Reply;
    ///
    /// assert_eq!(Reply::list("On call", ["Mira", "Dana"]).to_plain(), "On call\n• Mira\n• Dana");
    /// ```
    pub fn list(
        title: impl Into<String>,
        items: impl IntoIterator<Item = impl Into<Words>>,
    ) -> Self {
        Self::empty().then_list(title, items)
    }

    /// Answers with links: up to six short ones as buttons, more or longer ones as a line each. The labels are literal
    /// text, cut after 200 bytes.
    ///
    /// ```
    /// use hailer_reply::{HttpsUrl, Reply};
    ///
    /// let run: HttpsUrl = "https://ci.example/run/812".parse()?;
    /// let reply = Reply::links("api", [("The run", run)]);
    ///
    /// assert_eq!(reply.to_plain(), "api\nThe run (https://ci.example/run/812)");
    /// # Ok::<(), hailer_reply::UrlError>(())
    /// ```
    pub fn links<L: Into<String>>(
        title: impl Into<String>,
        links: impl IntoIterator<Item = (L, HttpsUrl)>,
    ) -> Self {
        Self::empty().then_links(title, links)
    }

    /// Answers with how much is done, as a bar and in words; the note may be blank.
    ///
    /// A total of 0 stands for one that is not known: then there is no bar. More than the total is drawn as all of it.
    ///
    /// ```
    /// use hailer_reply::Reply;
    ///
    /// let reply = Reply::progress("Draining", 3, 4, "node-7");
    ///
    /// assert_eq!(reply.to_plain(), "Draining\n███████████████░░░░░ 75 %\n3 of 4 · node-7");
    /// ```
    pub fn progress(
        title: impl Into<String>,
        done: u64,
        total: u64,
        note: impl Into<String>,
    ) -> Self {
        Self::empty().then_progress(title, done, total, note)
    }

    /// Answers with what went wrong, and with what to do about it or the details. Both are literal text, the details
    /// of any number of lines.
    ///
    /// A command whose run failed returns an error instead; this is for what it found out.
    ///
    /// ```
    /// use hailer_reply::Reply;
    ///
    /// let reply = Reply::error("db-1 has no disk left", "Ask Dana, or type: @ops disk grow db-1");
    ///
    /// assert_eq!(reply.to_plain(), "✖ db-1 has no disk left\nAsk Dana, or type: @ops disk grow db-1");
    /// ```
    pub fn error(headline: impl Into<String>, details: impl Into<String>) -> Self {
        Self::empty().then_error(headline, details)
    }

    /// Answers with bars, the longest for the value that is farthest from zero; percentages are shares of 100.
    ///
    /// A bar is a [`Bar`], or a label and a value, with or without a unit. Negative values have a bar of another
    /// pattern, and what is no number has none.
    ///
    /// ```
    /// use hailer_reply::Reply;
    ///
    /// let reply = Reply::bar_chart("Disk", [("db-1", 91, "%"), ("db-2", 40, "%")]);
    ///
    /// assert_eq!(reply.to_plain(), "Disk\ndb-1  █████████░  91 %\ndb-2  ████░░░░░░  40 %");
    /// ```
    pub fn bar_chart(
        title: impl Into<String>,
        bars: impl IntoIterator<Item = impl Into<Bar>>,
    ) -> Self {
        Self::empty().then_bar_chart(title, bars)
    }

    /// Adds [names and values](Self::facts) below.
    #[must_use]
    pub fn then_facts<N: Into<String>, V: Into<Words>>(
        self,
        title: impl Into<String>,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()));
        let pairs: Vec<(String, Words)> = pairs.collect();
        let rows = pairs
            .iter()
            .map(|(name, value)| vec![Words::new(name), value.clone()]);
        let rows = Rows::of_others(&["Name", "Value"], rows.collect());
        self.then_card(list::facts(title.into(), pairs))
            .with_rows(rows)
    }

    /// Adds a [table](Self::table) below.
    #[must_use]
    pub fn then_table<T: Into<String>, R: IntoIterator<Item: Into<Words>>>(
        self,
        title: impl Into<String>,
        columns: impl IntoIterator<Item = T>,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let kept = Rows::new(columns, rows);
        let (columns, rows) = (kept.columns().to_vec(), kept.rows().to_vec());
        self.then_card(table::card(title.into(), columns, rows))
            .with_rows(kept)
    }

    /// Adds a [list](Self::list) below.
    #[must_use]
    pub fn then_list(
        self,
        title: impl Into<String>,
        items: impl IntoIterator<Item = impl Into<Words>>,
    ) -> Self {
        let items: Vec<Words> = items.into_iter().map(Into::into).collect();
        let rows = items.iter().map(|it| vec![it.clone()]).collect();
        self.then_card(list::items(title.into(), items))
            .with_rows(Rows::of_others(&["Item"], rows))
    }

    /// Adds [links](Self::links) below.
    #[must_use]
    pub fn then_links<L: Into<String>>(
        self,
        title: impl Into<String>,
        links: impl IntoIterator<Item = (L, HttpsUrl)>,
    ) -> Self {
        let links = links.into_iter().map(|(label, url)| (label.into(), url));
        self.then_card(list::links(title.into(), links.collect()))
    }

    /// Adds [how much is done](Self::progress) below.
    #[must_use]
    pub fn then_progress(
        self,
        title: impl Into<String>,
        done: u64,
        total: u64,
        note: impl Into<String>,
    ) -> Self {
        self.then_card(bar::progress(title.into(), done, total, note.into()))
    }

    /// Adds [what went wrong](Self::error) below.
    #[must_use]
    pub fn then_error(self, headline: impl Into<String>, details: impl Into<String>) -> Self {
        self.then_card(error::card(headline.into(), details.into()))
    }

    /// Adds a [bar chart](Self::bar_chart) below.
    #[must_use]
    pub fn then_bar_chart(
        self,
        title: impl Into<String>,
        bars: impl IntoIterator<Item = impl Into<Bar>>,
    ) -> Self {
        let bars: Vec<Bar> = bars.into_iter().map(Into::into).collect();
        let rows = Rows::of_others(&["Name", "Value"], bars.iter().map(Bar::row).collect());
        self.then_card(bar::chart(title.into(), bars))
            .with_rows(rows)
    }
}

/// Begins a card with its title, if there is one.
fn titled(title: impl Into<String>) -> Card {
    match one_line(title) {
        blank if blank == BLANK => Card::new(),
        title => Card::titled(title),
    }
}

/// Stands in for rows where there are none.
fn nothing() -> TextBlock {
    TextBlock::new("Nothing to show.").subtle()
}
