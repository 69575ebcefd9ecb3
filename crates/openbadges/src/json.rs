//! Strict JSON (RFC 8259, and of its choices always the stricter one).
//!
//! A signature covers what a parser *read*, so whatever parsers read differently is refused before anything
//! is hashed: keys given twice, lone surrogates, text after the value, numbers that no double can hold.
//! `serde_json` keeps the last of two equal keys and may round a fraction in its last bit; a canonical form
//! made of that is not the one the issuer signed. Hence a reader of our own; the value it gives is
//! `serde_json`'s.

use std::fmt;

use serde_json::{Map, Number, Value};

/// Arrays and objects inside one another, at most.
pub const MAX_DEPTH: usize = 64;

/// Values (members, elements, keys not counted) in one text, at most.
pub const MAX_VALUES: usize = 1_000_000;

/// Why a text is not strict JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    fault: JsonFault,
    line: usize,
    column: usize,
}

/// What is wrong with a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonFault {
    /// An object names a key twice: readers disagree on which one counts.
    DuplicateKey {
        /// The key.
        key: String,
        /// Where the second one stands, as a JSON pointer (RFC 6901).
        pointer: String,
    },
    /// A `\u` escape holds half of a surrogate pair, which stands for no character.
    LoneSurrogate,
    /// Something follows the value.
    TrailingData,
    /// More than [`MAX_DEPTH`] arrays and objects inside one another.
    TooDeep,
    /// More than [`MAX_VALUES`] values.
    TooManyValues,
    /// A number beyond what a double can hold.
    NumberOutOfRange,
    /// `NaN` or an infinity, which JSON does not have.
    NotFinite,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The text ends before the value does.
    Unfinished,
    /// A control character inside a string, which has to be escaped.
    ControlCharacter {
        /// The character's code.
        code: u32,
    },
    /// Anything else that JSON does not allow.
    Syntax {
        /// What may stand there.
        expected: &'static str,
        /// What stands there.
        found: char,
    },
}

impl JsonError {
    /// What is wrong.
    pub fn fault(&self) -> &JsonFault {
        &self.fault
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, counted in characters from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// A stable name of the fault.
    pub fn code(&self) -> &'static str {
        match self.fault {
            JsonFault::DuplicateKey { .. } => "json_duplicate_key",
            JsonFault::LoneSurrogate => "json_lone_surrogate",
            JsonFault::TrailingData => "json_trailing_data",
            JsonFault::TooDeep => "json_too_deep",
            JsonFault::TooManyValues => "json_too_many_values",
            JsonFault::NumberOutOfRange => "json_number_out_of_range",
            JsonFault::NotFinite => "json_not_finite",
            JsonFault::NotUtf8 => "json_not_utf8",
            JsonFault::Unfinished => "json_unfinished",
            JsonFault::ControlCharacter { .. } => "json_control_character",
            JsonFault::Syntax { .. } => "json_syntax",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self.fault {
            JsonFault::Unfinished => "The file was probably cut short: download it again.".into(),
            JsonFault::NotUtf8 => "Save the text as UTF-8, or download the original file again.".into(),
            _ => "Download the original file again; if it is the same, tell the issuer.".into(),
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            JsonFault::DuplicateKey { key, pointer } => {
                write!(f, "the JSON names the key {:?} twice (at {})", clipped(key), clipped(pointer))
            }
            JsonFault::LoneSurrogate => write!(f, "the JSON has half of a surrogate pair in a string"),
            JsonFault::TrailingData => write!(f, "the JSON has something after its end"),
            JsonFault::TooDeep => write!(f, "the JSON nests deeper than {MAX_DEPTH} levels"),
            JsonFault::TooManyValues => write!(f, "the JSON has more than {MAX_VALUES} values"),
            JsonFault::NumberOutOfRange => write!(f, "the JSON has a number that is out of range"),
            JsonFault::NotFinite => write!(f, "the JSON has a number that is not finite"),
            JsonFault::NotUtf8 => write!(f, "the JSON is not UTF-8"),
            JsonFault::Unfinished => write!(f, "the JSON ends too early"),
            JsonFault::ControlCharacter { code } => {
                write!(f, "the JSON has the control character U+{code:04X} in a string")
            }
            JsonFault::Syntax { expected, found } => {
                write!(f, "the JSON has {found:?} where {expected} should be")
            }
        }?;
        write!(f, ", line {}, column {}", self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// Parses a strict JSON text. A byte order mark is not taken here: see [`parse_strict_bytes`].
pub fn parse_strict(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0, path: Vec::new(), values: 0 };
    reader.skip_space();
    let value = reader.value()?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.fault(JsonFault::TrailingData));
    }
    Ok(value)
}

/// Parses strict JSON from bytes: UTF-8, with or without a byte order mark.
pub fn parse_strict_bytes(bytes: &[u8]) -> Result<Value, JsonError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_strict(text),
        Err(error) => {
            let good = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
            Err(fault_at(&good, good.len(), JsonFault::NotUtf8))
        }
    }
}

/// A step from a value into one that it holds.
enum Step {
    Key(String),
    Index(usize),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    path: Vec<Step>,
    values: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Value, JsonError> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(self.fault(JsonFault::TooManyValues));
        }
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        if self.path.len() >= MAX_DEPTH {
            return Err(self.fault(JsonFault::TooDeep));
        }
        self.at += 1;
        read(self)
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut members = Map::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in quotation marks"));
            }
            let key = self.string()?;
            if members.contains_key(&key) {
                return Err(self.duplicate(start, key));
            }
            self.skip_space();
            if !self.take(b':') {
                return Err(self.unexpected("a colon"));
            }
            self.skip_space();
            self.path.push(Step::Key(key.clone()));
            let value = self.value()?;
            self.path.pop();
            members.insert(key, value);
            self.skip_space();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err(self.unexpected("a comma or the end of the object"));
            }
        }
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut elements = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            self.skip_space();
            self.path.push(Step::Index(elements.len()));
            elements.push(self.value()?);
            self.path.pop();
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::Array(elements));
            }
            if !self.take(b',') {
                return Err(self.unexpected("a comma or the end of the array"));
            }
        }
    }

    /// Reads a string; the reader stands at its opening quotation mark.
    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().position(|b| b == b'"' || b == b'\\' || b < 0x20);
            // Those bytes are ASCII, so the cut never falls inside a character.
            let (run, stop) = rest.split_at(plain.unwrap_or(rest.len()));
            string.push_str(run);
            self.at += run.len();
            match stop.bytes().next() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => string.push(self.escape()?),
                Some(control) => {
                    return Err(self.fault(JsonFault::ControlCharacter { code: control.into() }));
                }
                None => return Err(self.fault(JsonFault::Unfinished)),
            }
        }
    }

    /// Reads an escape; the reader stands at its backslash.
    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            _ => return Err(self.unexpected("one of the escapes of JSON")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, JsonError> {
        let first = self.four_digits()?;
        let scalar = match first {
            0xD800..=0xDBFF if self.rest().starts_with("\\u") => {
                self.at += 1;
                match self.four_digits()? {
                    second @ 0xDC00..=0xDFFF => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                    _ => 0xD800,
                }
            }
            other => other,
        };
        // No surrogate is a char, so the halves that found no partner end here.
        char::from_u32(scalar).ok_or_else(|| fault_at(self.text, start, JsonFault::LoneSurrogate))
    }

    /// Reads `u` and four hexadecimal digits.
    fn four_digits(&mut self) -> Result<u32, JsonError> {
        self.at += 1;
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(16)) else {
                return Err(self.unexpected("a hexadecimal digit"));
            };
            number = number * 16 + digit;
            self.at += 1;
        }
        Ok(number)
    }

    fn number(&mut self) -> Result<Number, JsonError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            if self.rest().starts_with("Infinity") {
                return Err(fault_at(self.text, start, JsonFault::NotFinite));
            }
            self.digits()?;
        }
        let mut is_integer = true;
        if self.take(b'.') {
            is_integer = false;
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            is_integer = false;
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let literal = self.text.get(start..self.at).unwrap_or_default();
        number_of(literal, is_integer).ok_or_else(|| fault_at(self.text, start, JsonFault::NumberOutOfRange))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += count;
        Ok(())
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        if self.rest().starts_with("NaN") || self.rest().starts_with("Infinity") {
            return Err(self.fault(JsonFault::NotFinite));
        }
        if ["true", "false", "null"].iter().any(|word| word.starts_with(self.rest())) {
            return Err(fault_at(self.text, self.text.len(), JsonFault::Unfinished));
        }
        Err(self.unexpected("a value"))
    }

    fn skip_space(&mut self) {
        self.at += self.rest().bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn duplicate(&self, at: usize, key: String) -> JsonError {
        let mut pointer = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => push_token(&mut pointer, key),
                Step::Index(index) => push_token(&mut pointer, &index.to_string()),
            }
        }
        push_token(&mut pointer, &key);
        fault_at(self.text, at, JsonFault::DuplicateKey { key, pointer })
    }

    fn unexpected(&self, expected: &'static str) -> JsonError {
        match self.rest().chars().next() {
            Some(found) => self.fault(JsonFault::Syntax { expected, found }),
            None => self.fault(JsonFault::Unfinished),
        }
    }

    fn fault(&self, fault: JsonFault) -> JsonError {
        fault_at(self.text, self.at, fault)
    }
}

/// The number of a literal that follows JSON's grammar; none when no double is near it.
fn number_of(literal: &str, is_integer: bool) -> Option<Number> {
    // "-0" is the double -0.0: as an integer it would lose its sign.
    if is_integer && literal != "-0" {
        if let Ok(number) = literal.parse::<u64>() {
            return Some(number.into());
        }
        if let Ok(number) = literal.parse::<i64>() {
            return Some(number.into());
        }
    }
    literal.parse::<f64>().ok().and_then(Number::from_f64)
}

/// Appends a reference token to a JSON pointer (RFC 6901, section 3).
fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

fn fault_at(text: &str, at: usize, fault: JsonFault) -> JsonError {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.bytes().filter(|b| *b == b'\n').count();
    let column = 1 + before.get(line_start..).unwrap_or_default().chars().count();
    JsonError { fault, line, column }
}

/// A text short enough for a message.
fn clipped(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
