//! Vocabularies: enums whose values are words with one meaning each.
//!
//! [`words!`] makes such an enum. One that others may add words to, as Twilio does, ends in
//! `..Other`: a word that is not in the list is kept as it came, so that a list with one unknown
//! element can still be read, and the unknown word is shown as it is.

use thiserror::Error;

/// The error for a word that the vocabulary does not have.
#[derive(Debug, Error)]
#[error("not a word that is known in this place")]
pub struct UnknownWord;

/// Makes an enum that is written, stored and shown as words.
///
/// `FromStr` takes the words of the list only: it reads what people and programs ask for. With
/// `..Other`, `From<&str>` and serde take any word: they read what Twilio sends.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        $crate::values::words!(@common $name { $($variant = $word,)+ });

        impl $name {
            /// The word that stands for this value in the API and in the table.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(word: D) -> Result<Self, D::Error> {
                let word = String::deserialize(word)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ ..Other }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word that is not in this list, as it came.
            Other(String),
        }

        $crate::values::words!(@common $name { $($variant = $word,)+ });

        impl $name {
            /// The word that stands for this value, as Twilio writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                word.parse().unwrap_or_else(|_| Self::Other(word.to_owned()))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(word: D) -> Result<Self, D::Error> {
                Ok(String::deserialize(word)?.as_str().into())
            }
        }
    };
    (@common $name:ident { $($variant:ident = $word:literal,)+ }) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::values::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::values::UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::values::UnknownWord),
                }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::values::schema::words(&[$($word),+])
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    words!(
        /// Words that others add to.
        Open { /// Here.
            Here = "here",
            ..Other
        }
    );

    words!(
        /// Words of our own.
        Closed { /// Here.
            Here = "here",
        }
    );

    #[test]
    fn a_word_that_others_added_is_kept_and_no_failure() {
        let words: Vec<Open> = serde_json::from_str(r#"["here", "there"]"#).unwrap();
        assert_eq!(words, [Open::Here, Open::Other("there".into())]);
        assert_eq!(serde_json::to_string(&words).unwrap(), r#"["here","there"]"#);
        assert_eq!(Open::from("there").as_str(), "there");
    }

    #[test]
    fn whoever_asks_must_use_a_word_that_is_known() {
        assert!("there".parse::<Open>().is_err());
        assert!("there".parse::<Closed>().is_err());
        assert!(serde_json::from_str::<Closed>(r#""there""#).is_err());
        assert_eq!("here".parse::<Closed>().unwrap(), Closed::Here);
    }
}
