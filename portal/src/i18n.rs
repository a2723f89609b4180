//! Messages in Chinese and English: Fluent files of `web/messages/<language>/<feature>.ftl`,
//! embedded in the binary.
//!
//! Every key exists in both languages; a test keeps it so, and another that every key a template
//! names exists. A message that is missing all the same shows its key rather than nothing.

use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// 简体中文, the first language of every page.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The value of `<html lang>` and the name of the message folder.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The value of `?lang=`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language that a `?lang=` or cookie value names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "zh" | "zh-CN" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

#[derive(RustEmbed)]
#[folder = "../web/messages"]
struct Files;

/// The messages of both languages.
#[derive(Clone)]
pub struct I18n {
    zh: Arc<FluentBundle<FluentResource>>,
    en: Arc<FluentBundle<FluentResource>>,
}

impl I18n {
    /// Reads the embedded messages.
    ///
    /// # Errors
    /// The file and the line that Fluent cannot read, or a key given twice.
    pub fn load() -> Result<Self, anyhow::Error> {
        Ok(Self {
            zh: Arc::new(bundle(Lang::Zh)?),
            en: Arc::new(bundle(Lang::En)?),
        })
    }

    /// Whether `key` has a message.
    #[must_use]
    pub fn has(&self, lang: Lang, key: &str) -> bool {
        self.of(lang)
            .get_message(key)
            .is_some_and(|message| message.value().is_some())
    }

    /// The message `key` with its places filled from `facts`; the key itself when there is none.
    #[must_use]
    pub fn text<'a>(
        &self,
        lang: Lang,
        key: &str,
        facts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> String {
        let bundle = self.of(lang);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::warn!(key, "message missing");
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in facts {
            // A whole number is given as one, so that English plurals can be chosen by it.
            match value.parse::<i64>() {
                Ok(number) if !value.starts_with('0') || value == "0" => {
                    args.set(name.to_owned(), whole(number));
                }
                _ => args.set(name.to_owned(), value.to_owned()),
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
        if !errors.is_empty() {
            tracing::warn!(key, ?errors, "message has an unfilled place");
        }
        text.into_owned()
    }

    fn of(&self, lang: Lang) -> &FluentBundle<FluentResource> {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A number of Fluent; numbers beyond 2^53 do not occur in messages and would be shown as text.
fn whole(number: i64) -> fluent_bundle::FluentValue<'static> {
    i32::try_from(number).map_or_else(
        |_| fluent_bundle::FluentValue::from(number.to_string()),
        fluent_bundle::FluentValue::from,
    )
}

fn bundle(lang: Lang) -> Result<FluentBundle<FluentResource>, anyhow::Error> {
    let id: LanguageIdentifier = lang.tag().parse()?;
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let folder = format!("{}/", lang.tag());
    for name in Files::iter().filter(|name| name.starts_with(&folder) && name.ends_with(".ftl")) {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let text = String::from_utf8(file.data.into_owned())
            .map_err(|error| anyhow::anyhow!("messages/{name}: {error}"))?;
        let resource = FluentResource::try_new(text)
            .map_err(|(_, errors)| anyhow::anyhow!("messages/{name}: {errors:?}"))?;
        bundle
            .add_resource(resource)
            .map_err(|errors| anyhow::anyhow!("messages/{name}: {errors:?}"))?;
    }
    Ok(bundle)
}

#[cfg(test)]
mod tests;
