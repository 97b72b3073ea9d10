//! Checking an audit chain: every hash is computed from the row, never believed.

use crate::audit::{AuditRow, ChainHead, ChainReport, Finding};
use crate::operation::{row_fields, row_hash};

/// No more findings than this are told of one chain; the first is what matters.
const MOST_FINDINGS: usize = 100;

/// The check of one chain, row by row.
#[derive(Debug)]
pub(crate) struct ChainCheck {
    report: ChainReport,
    /// The number and the computed hash of the row before.
    last: (i64, String),
    anchors: Vec<ChainHead>,
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
