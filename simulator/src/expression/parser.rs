//! From an expression's words and signs to its condition.

use serde_json::{Value, json};

use super::tokens::{Token, split};
use super::{Condition, Operand, Operator, Part};

/// Words that are no keys.
const KEYWORDS: [&str; 6] = ["AND", "OR", "NOT", "IN", "HAS", "CONTAINS"];

/// How deep parentheses may lie in each other.
const DEEPEST: u32 = 64;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
}

pub(super) fn parse(text: &str) -> Result<Condition, String> {
    let mut parser = Parser { tokens: split(text)?, at: 0, depth: 0 };
    let condition = parser.either()?;
    match parser.tokens.get(parser.at) {
        None => Ok(condition),
        Some(token) => Err(format!("extraneous input {token:?}")),
    }
}

/// A reference such as `task.agent`, alone.
pub(super) fn reference(text: &str) -> Option<Operand> {
    let mut parser = Parser { tokens: split(text).ok()?, at: 0, depth: 0 };
    let operand = parser.operand().ok()?;
    (parser.at == parser.tokens.len()).then_some(operand)
}

impl Parser {
    fn next_is(&mut self, token: &Token) -> bool {
        let found = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &'static str) -> bool {
        self.next_is(&Token::Sign(sign))
    }

    fn word(&mut self, word: &str) -> bool {
        self.next_is(&Token::Word(word.to_owned()))
    }

    fn missing(&self, what: &str) -> String {
        match self.tokens.get(self.at) {
            Some(token) => format!("extraneous input {token:?} expecting {what}"),
            None => format!("the expression ends where {what} is expected"),
        }
    }

    fn either(&mut self) -> Result<Condition, String> {
        let mut left = self.both()?;
        while self.word("OR") || self.sign("||") {
            left = Condition::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Condition, String> {
        let mut left = self.single()?;
        while self.word("AND") || self.sign("&&") {
            left = Condition::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("parentheses lie too deep in each other".to_owned());
        }
        let condition = if self.word("NOT") || self.sign("!") {
            Condition::Not(Box::new(self.single()?))
        } else if self.sign("(") {
            let inner = self.either()?;
            if !self.sign(")") {
                return Err(self.missing("')'"));
            }
            inner
        } else {
            let left = self.operand()?;
            let operator = self.operator()?;
            Condition::Compare(left, operator, self.operand()?)
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let signs = [
            ("==", Operator::Equal),
            ("=", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        if let Some((_, operator)) = signs.into_iter().find(|(sign, _)| self.sign(sign)) {
            return Ok(operator);
        }
        let words =
            [("HAS", Operator::Has), ("IN", Operator::In), ("CONTAINS", Operator::Contains)];
        if let Some((_, operator)) = words.into_iter().find(|(word, _)| self.word(word)) {
            return Ok(operator);
        }
        if self.word("NOT") && self.word("IN") {
            return Ok(Operator::NotIn);
        }
        Err(self.missing("OPERATOR"))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        let token = self.tokens.get(self.at).cloned().ok_or_else(|| self.missing("a value"))?;
        self.at += 1;
        Ok(match token {
            Token::Text(text) => Operand::Constant(Value::String(text)),
            Token::Number(number) => Operand::Constant(json!(number)),
            Token::Word(word) if word == "true" => Operand::Constant(Value::Bool(true)),
            Token::Word(word) if word == "false" => Operand::Constant(Value::Bool(false)),
            Token::Word(word) if word.eq_ignore_ascii_case("null") => {
                Operand::Constant(Value::Null)
            }
            Token::Word(word) if !KEYWORDS.contains(&word.as_str()) => self.path(&word)?,
            Token::Sign("[") => self.list()?,
            Token::Word(_) | Token::Sign(_) => {
                self.at -= 1;
                return Err(self.missing("a value"));
            }
        })
    }

    fn path(&mut self, word: &str) -> Result<Operand, String> {
        let mut path = keys(word)?;
        while self.sign("[") {
            match self.tokens.get(self.at) {
                Some(Token::Number(index)) if index.fract() == 0.0 => {
                    path.push(Part::Index(*index as usize));
                }
                _ => return Err(self.missing("an index")),
            }
            self.at += 1;
            if !self.sign("]") {
                return Err(self.missing("']'"));
            }
            if self.sign(".") {
                match self.tokens.get(self.at).cloned() {
                    Some(Token::Word(word)) => path.extend(keys(&word)?),
                    _ => return Err(self.missing("a key")),
                }
                self.at += 1;
            }
        }
        Ok(Operand::Reference(path))
    }

    fn list(&mut self) -> Result<Operand, String> {
        let mut items = Vec::new();
        if self.sign("]") {
            return Ok(Operand::List(items));
        }
        loop {
            items.push(self.operand()?);
            if self.sign("]") {
                return Ok(Operand::List(items));
            }
            if !self.sign(",") {
                return Err(self.missing("',' or ']'"));
            }
        }
    }
}

fn keys(word: &str) -> Result<Vec<Part>, String> {
    let key = |key: &str| match key {
        "" => Err(format!("no key: {word}")),
        key => Ok(Part::Key(key.to_owned())),
    };
    word.split('.').map(key).collect()
}
