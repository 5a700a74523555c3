//! The filters of templates that Twilio's Studio understands otherwise than Liquid's own.
//! <https://www.twilio.com/docs/studio/user-guide/liquid-template-language>
//!
//! In Studio a name that is not set, and a blank text, count as 0, and spaces around a number do
//! not matter.

use std::fmt;

use liquid_core::{
    Error, Expression, Filter, FilterReflection, ParseFilter, Result, Runtime, Value, ValueView,
    parser::{FilterArguments, ParameterReflection},
};

/// A filter that computes with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Plus,
    Minus,
    Times,
    DividedBy,
    Modulo,
}

impl Arithmetic {
    pub(super) const ALL: [Self; 5] =
        [Self::Plus, Self::Minus, Self::Times, Self::DividedBy, Self::Modulo];

    /// Whole numbers stay whole: a quotient is rounded down, as Liquid does. `None` for what has no
    /// result.
    fn of_integers(self, a: i64, b: i64) -> Option<i64> {
        match self {
            Self::Plus => a.checked_add(b),
            Self::Minus => a.checked_sub(b),
            Self::Times => a.checked_mul(b),
            Self::DividedBy => Some(a.checked_div_euclid(b)? - i64::from(b < 0 && a % b != 0)),
            Self::Modulo => Some(a.checked_rem(b)?.checked_add(b)?.checked_rem(b)?),
        }
    }

    fn of_floats(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Plus => a + b,
            Self::Minus => a - b,
            Self::Times => a * b,
            Self::DividedBy => a / b,
            Self::Modulo => a.rem_euclid(b),
        }
    }
}

impl FilterReflection for Arithmetic {
    fn name(&self) -> &str {
        match self {
            Self::Plus => "plus",
            Self::Minus => "minus",
            Self::Times => "times",
            Self::DividedBy => "divided_by",
            Self::Modulo => "modulo",
        }
    }

    fn description(&self) -> &str {
        "Computes with two numbers."
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[ParameterReflection { name: "operand", description: "A number.", is_optional: false }]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for Arithmetic {
    fn parse(&self, mut arguments: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        let operand = arguments.positional.next();
        let operand = operand.ok_or_else(|| Error::with_msg("a number is missing"))?;
        Ok(Box::new(Computation { kind: *self, operand }))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

#[derive(Debug)]
struct Computation {
    kind: Arithmetic,
    operand: Expression,
}

impl fmt::Display for Computation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.operand)
    }
}

impl Filter for Computation {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let operand = self.operand.evaluate(runtime)?;
        let (a, b) = (number(input)?, number(operand.as_view())?);
        match (a, b) {
            (Number::Integer(a), Number::Integer(b)) => {
                let result = self.kind.of_integers(a, b);
                result.map(Value::scalar).ok_or_else(|| Error::with_msg("there is no result"))
            }
            (a, b) => Ok(Value::scalar(self.kind.of_floats(a.as_float(), b.as_float()))),
        }
    }
}

#[derive(Clone, Copy)]
enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    fn as_float(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

fn number(value: &dyn ValueView) -> Result<Number> {
    if let Some(scalar) = value.as_scalar() {
        let number = scalar.to_integer().map(Number::Integer);
        if let Some(number) = number.or_else(|| scalar.to_float().map(Number::Float)) {
            return Ok(number);
        }
    }
    let text = value.render().to_string();
    let text = text.trim();
    if text.is_empty() {
        return Ok(Number::Integer(0));
    }
    let integer = text.parse().map(Number::Integer);
    integer
        .or_else(|_| text.parse().map(Number::Float))
        .map_err(|_| Error::with_msg("a number is expected"))
}

/// The filter `to_json`, which writes a value as JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToJson;

impl FilterReflection for ToJson {
    fn name(&self) -> &str {
        "to_json"
    }

    fn description(&self) -> &str {
        "Writes a value as JSON."
    }

    fn positional_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }

    fn keyword_parameters(&self) -> &'static [ParameterReflection] {
        &[]
    }
}

impl ParseFilter for ToJson {
    fn parse(&self, _: FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(*self))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self
    }
}

impl fmt::Display for ToJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Filter for ToJson {
    fn evaluate(&self, input: &dyn ValueView, _: &dyn Runtime) -> Result<Value> {
        let json = serde_json::to_string(&input.to_value());
        json.map(Value::scalar).map_err(|_| Error::with_msg("the value has no JSON"))
    }
}

/// A template in the words of our Liquid: Studio also reads spaces around the dots of a name, and
/// names behind a dot that begin with a digit.
pub(super) fn in_our_liquid(template: &str) -> String {
    let mut ours = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let close = if rest[open..].starts_with("{{") { "}}" } else { "%}" };
        let (text, tag) = rest.split_at(open);
        let end = tag.find(close).map_or(tag.len(), |end| end + close.len());
        ours.push_str(text);
        rewrite_names(&tag[..end], &mut ours);
        rest = &tag[end..];
    }
    ours + rest
}

/// Rewrites the dotted names of a tag, outside of its quoted texts.
fn rewrite_names(tag: &str, ours: &mut String) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = tag;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            '0'..='9' => rest.find(|c| !is_name(c) && c != '.').unwrap_or(rest.len()),
            c if is_name(c) => rest.find(|c| !is_name(c) && c != '-').unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, behind) = rest.split_at(length);
        ours.push_str(token);
        rest = behind;
        let begins_a_name = first.is_ascii_alphabetic() || first == '_';
        while let Some(name) = rest.trim_start().strip_prefix('.').filter(|_| begins_a_name) {
            let name = name.trim_start();
            let length = name.find(|c| !is_name(c) && c != '-').unwrap_or(name.len());
            if length == 0 {
                break;
            }
            let (name, behind) = name.split_at(length);
            match name.starts_with(|c: char| c.is_ascii_digit()) {
                true => ours.extend(["[\"", name, "\"]"]),
                false => ours.extend([".", name]),
            }
            rest = behind;
        }
    }
}
