//! Checking an audit chain: every hash is computed from the row, never believed.

use crate::audit::{AuditRow, ChainHead, ChainReport, Finding};
use crate::engine::sqlite::CHAIN;
use crate::operation::{row_fields, row_hash, said_dropped};

/// No more findings than this are told of one chain; the first is what matters.
const MOST_FINDINGS: usize = 100;

/// The check of one chain, row by row.
#[derive(Debug)]
pub(crate) struct ChainCheck {
    report: ChainReport,
    /// The number and the computed hash of the row before.
    last: (i64, String),
    anchors: Vec<ChainHead>,
    /// What the row has to say by which the beginning was dropped; nothing when none was, or another chain says it.
    unsaid: Option<String>,
}

impl ChainCheck {
    /// Begins after the dropped beginning of a chain. `anchors` are ends of this chain that were seen earlier.
    pub(crate) fn new(beginning: &ChainHead, anchors: Vec<ChainHead>) -> Self {
        let report = ChainReport {
            chain: beginning.chain.clone(),
            rows: 0,
            dropped_to: beginning.seq,
            head: None,
            findings: Vec::new(),
        };
        let mut check = Self {
            report,
            last: (beginning.seq, beginning.hash.clone()),
            anchors,
            // Servers that share a database each write to chains of their own.
            unsaid: (beginning.seq > 0 && beginning.chain == CHAIN)
                .then(|| said_dropped(&beginning.chain, beginning.seq, &beginning.hash)),
        };
        check.compare(beginning.seq, &beginning.hash);
        check
    }

    /// The number after which the next rows are wanted.
    pub(crate) fn last_seq(&self) -> i64 {
        self.last.0
    }

    /// Checks the next row.
    pub(crate) fn row(&mut self, row: &AuditRow) {
        let (last_seq, last_hash) = self.last.clone();
        let is_next = row.seq == last_seq + 1;
        if !is_next {
            self.find(Finding::Missing {
                from: last_seq + 1,
                to: row.seq - 1,
            });
        }
        let hash = row_hash(
            &row.prev_hash,
            &row_fields(
                &row.chain,
                row.seq,
                row.at_ms,
                row.boot.as_str(),
                &row.entry,
            ),
        );
        let is_changed = hash != row.hash;
        // After a changed row the next one follows what is stored, so that one change is one finding.
        if is_next && row.prev_hash != last_hash {
            self.find(Finding::Broken { seq: row.seq });
        }
        if is_changed {
            self.find(Finding::Changed { seq: row.seq });
        }
        self.compare(row.seq, &row.hash);
        if self.unsaid.as_deref() == Some(&row.entry.detail) && row.entry.event == "audit_dropped" {
            self.unsaid = None;
        }
        self.report.rows += 1;
        self.report.head = Some(ChainHead {
            chain: row.chain.clone(),
            seq: row.seq,
            hash: row.hash.clone(),
        });
        self.last = (row.seq, row.hash.clone());
    }

    /// Returns the report, after the last row.
    pub(crate) fn end(mut self) -> ChainReport {
        if self.unsaid.is_some() {
            let to = self.report.dropped_to;
            self.find(Finding::Missing { from: 1, to });
        }
        let last = self.last.0;
        let seen = self
            .anchors
            .iter()
            .map(|anchor| anchor.seq)
            .max()
            .filter(|seq| *seq > last);
        if let Some(seen) = seen {
            self.find(Finding::TailCut { last, seen });
        }
        self.report
    }

    fn compare(&mut self, seq: i64, hash: &str) {
        if self
            .anchors
            .iter()
            .any(|anchor| anchor.seq == seq && anchor.hash != hash)
        {
            self.find(Finding::Rewritten { seq });
        }
    }

    fn find(&mut self, finding: Finding) {
        if self.report.findings.len() < MOST_FINDINGS {
            self.report.findings.push(finding);
        }
    }
}
