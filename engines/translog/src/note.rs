//! Signed notes: a text, and below it one line a signature.
//!
//! **Source**: C2SP signed-note (<https://c2sp.org/signed-note>). Algorithm 1 (Ed25519) only; lines
//! of other algorithms and unknown keys are kept and passed over.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

const ED25519: u8 = 1;

/// What is wrong with a note, a signature or a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadNote {
    /// The text is no signed note.
    #[error("this is no signed note: {0}")]
    Form(&'static str),
    /// The key's text is no verifier key.
    #[error("this is no verifier key: expected name+id+base64")]
    Key,
    /// The name may not be used: it is empty or holds spaces or a plus sign.
    #[error("a key's name has no spaces and no plus sign")]
    Name,
    /// No signature by this key.
    #[error("the note is not signed by {0}")]
    Unsigned(String),
    /// A signature by this key that does not fit the text.
    #[error("the signature of {0} does not fit: the text was changed")]
    Forged(String),
}

/// A text with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text that is signed; ends with a newline.
    pub text: String,
    /// Its signatures.
    pub signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The id of the key: a hint, not proof.
    pub id: [u8; 4],
    /// The signature itself.
    pub bytes: Vec<u8>,
}

/// The public half of a named key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// The secret half of a named key.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    public: VerifierKey,
}

impl Signer {
    /// The signer called `name` whose Ed25519 seed is `seed`.
    ///
    /// # Errors
    /// [`BadNote::Name`] when the name may not be used.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, BadNote> {
        let key = SigningKey::from_bytes(&seed);
        let public = VerifierKey::new(name, key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        self.public.clone()
    }

    /// The signature over `text`, which ends with a newline.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        Signature {
            name: self.public.name.clone(),
            id: self.public.id,
            bytes: self.key.sign(text.as_bytes()).to_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public)
    }
}

impl VerifierKey {
    fn new(name: &str, key: VerifyingKey) -> Result<Self, BadNote> {
        if !is_name(name) {
            return Err(BadNote::Name);
        }
        let id = key_id(name, &key);
        Ok(Self {
            name: name.to_owned(),
            id,
            key,
        })
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id: the first four bytes of a hash over name, algorithm and key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    fn signed(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.id == self.id
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        let id = u32::from_be_bytes(self.id);
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = BadNote;
    fn from_str(text: &str) -> Result<Self, BadNote> {
        let mut parts = text.splitn(3, '+');
        let (name, id, key) = (parts.next(), parts.next(), parts.next());
        let (name, id, key) = (
            name.ok_or(BadNote::Key)?,
            id.ok_or(BadNote::Key)?,
            key.ok_or(BadNote::Key)?,
        );
        let bytes = STANDARD.decode(key).ok().ok_or(BadNote::Key)?;
        let [ED25519, public @ ..] = bytes.as_slice() else {
            return Err(BadNote::Key);
        };
        let public = public.try_into().ok().ok_or(BadNote::Key)?;
        let key = VerifyingKey::from_bytes(public).ok().ok_or(BadNote::Key)?;
        let parsed = Self::new(name, key)?;
        // The id in the text must be the key's own, in its canonical form.
        if parsed.to_string() == text && format!("{:08x}", u32::from_be_bytes(parsed.id)) == id {
            Ok(parsed)
        } else {
            Err(BadNote::Key)
        }
    }
}

impl Note {
    /// `text`, signed by each of `signers`. A newline is added where it is missing.
    #[must_use]
    pub fn sign(text: &str, signers: &[&Signer]) -> Self {
        let mut text = text.to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let signatures = signers.iter().map(|signer| signer.sign(&text)).collect();
        Self { text, signatures }
    }

    /// Reads a note without judging its signatures.
    ///
    /// # Errors
    /// [`BadNote::Form`] when it is none.
    pub fn parse(note: &str) -> Result<Self, BadNote> {
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(BadNote::Form("it holds control characters"));
        }
        let split = note
            .rfind("\n\n")
            .ok_or(BadNote::Form("no blank line before the signatures"))?;
        let (text, lines) = (&note[..=split], &note[split + 2..]);
        let lines = lines
            .strip_suffix('\n')
            .ok_or(BadNote::Form("the last line has no end"))?;
        let signatures = lines
            .split('\n')
            .map(Signature::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Checks that `key` signed the text.
    ///
    /// # Errors
    /// [`BadNote::Unsigned`] or [`BadNote::Forged`].
    pub fn check(&self, key: &VerifierKey) -> Result<(), BadNote> {
        let mut found = false;
        for signature in self.signatures.iter().filter(|line| key.signed(line)) {
            let fits = ed25519_dalek::Signature::from_slice(&signature.bytes)
                .is_ok_and(|bytes| key.key.verify_strict(self.text.as_bytes(), &bytes).is_ok());
            if !fits {
                return Err(BadNote::Forged(key.name.clone()));
            }
            found = true;
        }
        if found {
            Ok(())
        } else {
            Err(BadNote::Unsigned(key.name.clone()))
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let mut bytes = signature.id.to_vec();
            bytes.extend_from_slice(&signature.bytes);
            writeln!(f, "— {} {}", signature.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl Signature {
    fn parse(line: &str) -> Result<Self, BadNote> {
        let bad = || BadNote::Form("a signature line is malformed");
        let rest = line.strip_prefix("— ").ok_or_else(bad)?;
        let (name, encoded) = rest.split_once(' ').ok_or_else(bad)?;
        let bytes = STANDARD.decode(encoded).ok().ok_or_else(bad)?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if is_name(name) && !signature.is_empty() => Ok(Self {
                name: name.to_owned(),
                id: *id,
                bytes: signature.to_vec(),
            }),
            _ => Err(bad()),
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize()
        .into();
    [hash[0], hash[1], hash[2], hash[3]]
}
