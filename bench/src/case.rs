//! What is measured: each function, and of some more than one thing that they do.

/// A function and what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case<'a> {
    /// The function's binary.
    pub function: &'a str,
    /// What it is asked.
    pub what: What,
}

/// What a function is asked, if there is more to it than its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The one thing that it does, or the usual one.
    Usual,
    /// A status of a call that goes on.
    CallProgress,
    /// The first final status of a call that is in the log.
    CallEnd,
    /// A page of sixty.
    Page,
    /// One conference.
    One,
}

impl<'a> Case<'a> {
    /// The cases of a function.
    pub fn of(function: &'a str) -> impl Iterator<Item = Self> {
        let what: &[What] = match function {
            "status-callback" => &[What::CallProgress, What::CallEnd],
            "conference-read" => &[What::Page, What::One],
            "call-history" => &[What::Page],
            _ => &[What::Usual],
        };
        what.iter().map(move |&what| Self { function, what })
    }

    /// How the table names it.
    pub fn label(&self) -> String {
        let what = match self.what {
            What::Usual => return self.function.to_owned(),
            What::CallProgress => "in progress",
            What::CallEnd => "call ended",
            What::Page => "limit=60",
            What::One => "one",
        };
        format!("{}, {what}", self.function)
    }
}
