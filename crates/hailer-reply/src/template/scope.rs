//! The names that an expression knows.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object};

use super::expression::{DATA, INDEX, ROOT};

/// The data at one place of the card: that of the item first, then that of what is around it.
#[derive(Debug)]
pub(super) struct Scope {
    item: Value,
    index: Option<usize>,
    outer: Option<Arc<Self>>,
}

impl Scope {
    pub(super) fn root(data: Value) -> Arc<Self> {
        Arc::new(Self {
            item: data,
            index: None,
            outer: None,
        })
    }

    /// Goes into an item, which may have a place in a list.
    pub(super) fn within(self: &Arc<Self>, item: Value, index: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            item,
            index,
            outer: Some(Arc::clone(self)),
        })
    }

    pub(super) fn to_value(self: &Arc<Self>) -> Value {
        Value::from_dyn_object(Arc::clone(self))
    }

    /// Finds what a name stands for.
    pub(super) fn lookup(&self, name: &str) -> Option<Value> {
        match name {
            DATA => Some(self.item.clone()),
            INDEX => self.chain().find_map(|scope| scope.index).map(Value::from),
            ROOT => self.chain().last().map(|scope| scope.item.clone()),
            _ => self.chain().find_map(|scope| {
                let value = scope.item.get_attr(name).ok()?;
                (!value.is_undefined()).then_some(value)
            }),
        }
    }

    /// Returns every name that there is, those of the item first.
    pub(super) fn names(&self) -> Vec<String> {
        let names = self.chain().filter_map(|scope| {
            let keys = scope.item.as_object()?.try_iter()?;
            let keys = keys.filter_map(|key| key.as_str().map(ToOwned::to_owned));
            Some(keys.collect::<Vec<_>>())
        });
        names.flatten().collect()
    }

    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |scope| scope.outer.as_deref())
    }
}

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.lookup(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}
