//! Moving: everything of one store into another, of either engine.

use std::time::Duration;

use crate::copying::{Copied, CopyError};
use crate::engine::lock_file::LockFile;
use crate::error::{OpenError, StoreError};
use crate::operation::{self, Rows, Table, Target};
use crate::store::{Role, Store};

/// How long one step of a copy may take: it moves many rows, and nobody waits for a reply.
const STEP: Duration = Duration::from_secs(30);

impl Store {
    /// Copies everything into another store, which was opened as [`Role::CopyTarget`], and checks that the counts are equal.
    ///
    /// It can be cut off anywhere and begun again: rows that are there stay, and nobody else can open the target until the copy is
    /// complete. The source is not changed, and no server may use it meanwhile.
    ///
    /// # Errors
    ///
    /// [`CopyError`] tells each reason apart; after each of them the copy can be begun again.
    pub async fn copy_to(&self, target: &Self) -> Result<Copied, CopyError> {
        let _lock = self.keep_servers_out().await?;
        let (source, target) = (self.within(STEP), target.within(STEP));
        let id = source
            .write(|session| Box::pin(operation::store_id(session)))
            .await
            .map_err(from_source)?;
        let begun = target
            .write(move |session| {
                Box::pin(async move { operation::begin_copy(session, &id).await })
            })
            .await;
        match begun.map_err(from_target)? {
            Target::Open => {}
            Target::Complete => return compare(&source, &target).await,
            Target::Other => return Err(CopyError::NotEmpty),
        }
        for table in &operation::TABLES {
            copy_table(&source, &target, table).await?;
        }
        let copied = compare(&source, &target).await?;
        target
            .write(|session| Box::pin(operation::complete_copy(session)))
            .await
            .map_err(from_target)?;
        Ok(copied)
    }

    async fn keep_servers_out(&self) -> Result<Option<LockFile>, CopyError> {
        if self.inner.role == Role::Server {
            // It is this process's own to keep still.
            return Ok(None);
        }
        if self.inner.url.is_shared() {
            let is_served = self
                .read(|session| Box::pin(operation::is_served(session)))
                .await
                .map_err(from_source)?;
            return if is_served {
                Err(CopyError::InUse)
            } else {
                Ok(None)
            };
        }
        match self.inner.url.path().map(LockFile::take).transpose() {
            Ok(lock) => Ok(lock),
            Err(OpenError::Locked { .. }) => Err(CopyError::InUse),
            Err(source) => Err(CopyError::Lock { source }),
        }
    }
}

async fn copy_table(
    source: &Store,
    target: &Store,
    table: &'static Table,
) -> Result<(), CopyError> {
    let mut last = None;
    loop {
        let after = last.take();
        let Rows { rows, last: next } = source
            .read(move |session| {
                Box::pin(
                    async move { operation::rows_after(session, table, after.as_deref()).await },
                )
            })
            .await
            .map_err(from_source)?;
        if rows.is_empty() {
            return Ok(());
        }
        target
            .write(move |session| {
                Box::pin(async move { operation::put_rows(session, table, &rows).await })
            })
            .await
            .map_err(from_target)?;
        last = next;
    }
}

async fn compare(source: &Store, target: &Store) -> Result<Copied, CopyError> {
    let mut tables = Vec::new();
    for table in &operation::TABLES {
        let source_rows = source
            .read(|session| Box::pin(operation::count_rows(session, table)))
            .await
            .map_err(from_source)?;
        let target_rows = target
            .read(|session| Box::pin(operation::count_rows(session, table)))
            .await
            .map_err(from_target)?;
        if source_rows != target_rows {
            return Err(CopyError::Differs {
                table: table.name,
                source_rows,
                target_rows,
            });
        }
        tables.push((table.name, source_rows));
    }
    Ok(Copied { tables })
}

fn from_source(source: StoreError) -> CopyError {
    CopyError::Source { source }
}

fn from_target(source: StoreError) -> CopyError {
    CopyError::Target { source }
}
