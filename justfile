# Every task by name; `just ci` is what CI runs.

# Lists the tasks
default:
    @just --list

# Starts the demo
run *ARGS:
    cargo run -- {{ARGS}}

# Runs every test; `just test --quick` leaves out what needs a server or a browser
test *ARGS:
    tests/run {{ARGS}}

# Formatting, lints, the arrows between crates, licences
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    python3 tests/check-dependencies.py

# Throughput against a bare server in the same run, then the parts by themselves
bench:
    cargo bench --package hailer-cli --bench throughput
    cargo bench --package hailer --bench micro

# Kills the bot at random moments; `just chaos --rounds 300`, `just chaos --store postgres --replicas 3 --pauses`
chaos *ARGS:
    cargo run --package hailer-tests --bin chaos -- {{ARGS}}

# The API's documentation
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# The guide as a book, in target/book; needs mdbook
book:
    mdbook build docs

# What CI runs
ci:
    .ci/run
