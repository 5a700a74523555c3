//! Liquid templates over a call's variables.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::LazyLock,
};

use liquid::{
    ObjectView, Parser, ParserBuilder, Template, ValueView,
    model::{DisplayCow, KStringCow, ScalarCow, State, Value},
};

use super::filters::{Arithmetic, ToJson, in_our_liquid};

#[allow(clippy::expect_used, reason = "the standard library of Liquid is complete")]
static PARSER: LazyLock<Parser> = LazyLock::new(|| {
    let parser = ParserBuilder::with_stdlib().filter(ToJson);
    let parser = Arithmetic::ALL.into_iter().fold(parser, ParserBuilder::filter);
    parser.build().expect("Liquid's standard library")
});

/// A call's variables: texts by dotted name, such as `trigger.call.From`. A name that is not set is
/// empty, as in Studio, and not an error.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    Text(String),
    Object(BTreeMap<String, Scope>),
}

static EMPTY: Scope = Scope::Object(BTreeMap::new());

impl Default for Scope {
    fn default() -> Self {
        EMPTY.clone()
    }
}

impl Scope {
    /// Sets the text at the end of a path, making the objects on the way.
    pub fn set(&mut self, path: &[&str], text: impl Into<String>) {
        let Some((first, rest)) = path.split_first() else {
            *self = Self::Text(text.into());
            return;
        };
        if !matches!(self, Self::Object(_)) {
            *self = Self::default();
        }
        if let Self::Object(children) = self {
            children.entry((*first).to_owned()).or_default().set(rest, text);
        }
    }
}

/// The templates of a flow by their texts, parsed once: a caller does not wait for it.
#[derive(Default)]
pub(super) struct Templates(HashMap<String, Template>);

impl Templates {
    /// Parses a text, unless it is no template.
    ///
    /// # Errors
    /// When the text is a template that Liquid does not understand.
    pub fn parse(&mut self, text: &str) -> Result<(), liquid::Error> {
        let is_template = text.contains("{{") || text.contains("{%");
        if is_template && !self.0.contains_key(text) {
            self.0.insert(text.to_owned(), PARSER.parse(&in_our_liquid(text))?);
        }
        Ok(())
    }

    /// Renders a text that was parsed. What fails only now, such as arithmetic on a text, renders
    /// as nothing: a caller is not cut off for it.
    pub fn render(&self, text: &str, scope: &Scope) -> String {
        let Some(template) = self.0.get(text) else { return text.to_owned() };
        // Liquid's message would quote the value.
        template.render(scope).unwrap_or_else(|_| {
            tracing::warn!(template = text, "the template cannot be rendered");
            String::new()
        })
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl ValueView for Scope {
    fn as_debug(&self) -> &dyn fmt::Debug {
        self
    }

    fn render(&self) -> DisplayCow<'_> {
        match self {
            Self::Text(text) => DisplayCow::Borrowed(text),
            Self::Object(_) => DisplayCow::Borrowed(&""),
        }
    }

    fn source(&self) -> DisplayCow<'_> {
        ValueView::render(self)
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Object(_) => "object",
        }
    }

    fn query_state(&self, state: State) -> bool {
        match (self, state) {
            (Self::Text(_), State::Truthy) => true,
            (Self::Text(text), State::Blank) => text.trim().is_empty(),
            (Self::Text(text), State::Empty) => text.is_empty(),
            (Self::Text(_), State::DefaultValue) => false,
            (Self::Object(children), State::Truthy) => !children.is_empty(),
            (Self::Object(children), _) => children.is_empty(),
        }
    }

    fn to_kstr(&self) -> KStringCow<'_> {
        match self {
            Self::Text(text) => KStringCow::from_ref(text),
            Self::Object(_) => KStringCow::from_static(""),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::scalar(text.clone()),
            Self::Object(children) if children.is_empty() => Value::Nil,
            Self::Object(children) => Value::Object(
                children
                    .iter()
                    .map(|(key, child)| (key.clone().into(), child.to_value()))
                    .collect(),
            ),
        }
    }

    fn as_scalar(&self) -> Option<ScalarCow<'_>> {
        match self {
            Self::Text(text) => Some(ScalarCow::new(text.as_str())),
            Self::Object(_) => None,
        }
    }

    fn as_object(&self) -> Option<&dyn ObjectView> {
        match self {
            Self::Text(_) => None,
            Self::Object(_) => Some(self),
        }
    }
}

impl ObjectView for Scope {
    fn as_value(&self) -> &dyn ValueView {
        self
    }

    fn size(&self) -> i64 {
        self.children().count() as i64
    }

    fn keys<'k>(&'k self) -> Box<dyn Iterator<Item = KStringCow<'k>> + 'k> {
        Box::new(self.children().map(|(key, _)| KStringCow::from_ref(key)))
    }

    fn values<'k>(&'k self) -> Box<dyn Iterator<Item = &'k dyn ValueView> + 'k> {
        Box::new(self.children().map(|(_, child)| child as &dyn ValueView))
    }

    fn iter<'k>(&'k self) -> Box<dyn Iterator<Item = (KStringCow<'k>, &'k dyn ValueView)> + 'k> {
        Box::new(
            self.children()
                .map(|(key, child)| (KStringCow::from_ref(key), child as &dyn ValueView)),
        )
    }

    /// Every name exists, if only as an empty text.
    fn contains_key(&self, _index: &str) -> bool {
        true
    }

    fn get<'s>(&'s self, index: &str) -> Option<&'s dyn ValueView> {
        match self {
            Self::Text(_) => None,
            Self::Object(children) => Some(children.get(index).unwrap_or(&EMPTY)),
        }
    }
}

impl Scope {
    fn children(&self) -> impl Iterator<Item = (&String, &Scope)> {
        match self {
            Self::Text(_) => None,
            Self::Object(children) => Some(children.iter()),
        }
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_filters_and_what_is_absent() {
        let mut scope = Scope::default();
        scope.set(&["trigger", "call", "From"], "+15005550111");
        scope.set(&["flow", "variables", "attempts"], "1");
        let render = |template: &str| {
            let mut templates = Templates::default();
            templates.parse(template).unwrap();
            templates.render(template, &scope)
        };
        assert_eq!(render("from {{trigger.call.From}}"), "from +15005550111");
        assert_eq!(render("{{flow.variables.attempts | plus: 1}}"), "2");
        assert_eq!(render("[{{widgets.never_seen.Digits}}]"), "[]");
        assert_eq!(render("{{flow.variables.x | default: 'none'}}"), "none");
        assert_eq!(render("{% if widgets.menu.Digits == '1' %}a{% else %}b{% endif %}"), "b");
        assert_eq!(render("no template"), "no template");
        assert_eq!(render("[{{trigger.call | plus: 1}}]"), "");
        assert_eq!(render("[{{trigger.call.From | append: 'x' | plus: 1}}]"), "");
        assert!(Templates::default().parse("{{ unfinished").is_err());
    }
    #[test]
    fn numbers_and_names_are_read_as_studio_reads_them() {
        let mut scope = Scope::default();
        scope.set(&["flow", "variables", "tries"], " 2 ");
        scope.set(&["flow", "variables", "blank"], " ");
        scope.set(&["flow", "variables", "price"], "2.5");
        scope.set(&["flow", "variables", "words"], "say \"hi\"");
        scope.set(&["widgets", "2nd_menu", "Digits"], "7");
        let render = |template: &str| {
            let mut templates = Templates::default();
            templates.parse(template).unwrap();
            templates.render(template, &scope)
        };
        for (template, expected) in [
            ("[{{flow.variables.nothing | plus: 1}}]", "[1]"),
            ("[{{flow.variables.blank | plus: 1}}]", "[1]"),
            ("[{{flow.variables.tries | plus: 1}}]", "[3]"),
            ("[{{flow.variables.tries | plus: flow.variables.nothing}}]", "[2]"),
            ("[{{flow.variables.tries | minus: 5}}]", "[-3]"),
            ("[{{flow.variables.tries | times: flow.variables.tries}}]", "[4]"),
            ("[{{flow.variables.price | times: 2}}]", "[5]"),
            ("[{{7 | divided_by: 2}}]", "[3]"),
            ("[{{ -7 | divided_by: 2}}]", "[-4]"),
            ("[{{7 | divided_by: -2}}]", "[-4]"),
            ("[{{ -7 | modulo: 3}}]", "[2]"),
            ("[{{7 | divided_by: 0}}]", ""),
            ("[{{7.0 | divided_by: 2}}]", "[3.5]"),
            ("[{{flow.variables.words | to_json}}]", "[\"say \\\"hi\\\"\"]"),
            ("[{{flow. variables .tries}}]", "[ 2 ]"),
            ("[{{widgets.2nd_menu.Digits}}]", "[7]"),
            ("{% if widgets.2nd_menu.Digits == \"7\" %}a. b 1.2.3{% endif %}", "a. b 1.2.3"),
            ("{{ \"flow. variables\" }}", "flow. variables"),
            ("{% for i in (1..3) %}{{i}}{% endfor %}", "123"),
        ] {
            assert_eq!(render(template), expected, "{template}");
        }
    }
}
