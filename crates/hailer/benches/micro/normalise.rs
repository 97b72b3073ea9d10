//! From a message's HTML to its text.

use divan::{Bencher, black_box};
use hailer_dispatch::MessageText;

use crate::sample::BOT;

#[divan::bench]
fn short(bencher: Bencher<'_, '_>) {
    normalise(bencher, "<at>ops</at>&nbsp;deploy run api --env prod\n");
}

#[divan::bench]
fn markup(bencher: Bencher<'_, '_>) {
    normalise(
        bencher,
        "<p><at>ops</at>&nbsp;deploy <b>run</b> api --env <i>prod</i></p>\n<p>&nbsp;</p>",
    );
}

#[divan::bench]
fn code_block(bencher: Bencher<'_, '_>) {
    normalise(
        bencher,
        "<p><at>ops</at> apply</p>\n<codeblock class=\"Yaml\"><code>service: api<br>&nbsp;&nbsp;replicas: 3<br>\
         &nbsp;&nbsp;image: &quot;registry/api:1.2.3&quot;<br></code></codeblock>",
    );
}

fn normalise(bencher: Bencher<'_, '_>, html: &str) {
    bencher.bench(|| MessageText::from_html(black_box(html), BOT));
}
