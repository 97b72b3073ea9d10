//! What a request says in `Authorization`.

/// The `Authorization` headers of one request.
///
/// Several are kept apart from one, because a proxy and we could pick different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization<'a> {
    /// There is no such header.
    None,
    /// There is one, with this value.
    One(&'a [u8]),
    /// There are two or more.
    Several,
}

impl<'a> Authorization<'a> {
    /// Takes the values of every `Authorization` header of a request.
    pub fn from_values(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Self::None,
            (Some(value), None) => Self::One(value),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}
