//! Objects of PDF (ISO 32000-1, 7.3), read from bytes: one at a time, and none of more than [`NODES`] parts.

/// Arrays and dictionaries inside one another, at most.
const DEPTH: u32 = 24;

/// Parts of one object: what has more is a table of pages or a font, not an attachment.
const NODES: usize = 20_000;

/// The longest name or string that is kept, in bytes.
const LONGEST: usize = 64 << 10;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    Null,
    Bool(bool),
    Integer(i64),
    Real,
    Name(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    Reference(u32),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dictionary(Vec<(Vec<u8>, Object)>);

impl Dictionary {
    /// The value of a key, the last one if there are several.
    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().rev().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value)
    }

    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Object::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn is(&self, key: &str, name: &str) -> bool {
        matches!(self.get(key), Some(Object::Name(found)) if found == name.as_bytes())
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Object> {
        self.0.iter().map(|(_, value)| value)
    }
}

/// Reads objects.
pub(super) struct Parser<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    nodes: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, nodes: NODES }
    }

    /// The object here; none if there is none, or too much of one.
    pub(super) fn object(&mut self) -> Option<Object> {
        self.value(0)
    }

    fn value(&mut self, depth: u32) -> Option<Object> {
        self.nodes = self.nodes.checked_sub(1)?;
        if depth > DEPTH {
            return None;
        }
        self.skip_space();
        match self.rest() {
            [b'<', b'<', ..] => self.dictionary(depth).map(Object::Dictionary),
            [b'<', ..] => self.hexadecimal().map(Object::String),
            [b'(', ..] => self.literal().map(Object::String),
            [b'/', ..] => self.name().map(Object::Name),
            [b'[', ..] => self.array(depth).map(Object::Array),
            [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => Some(self.number_or_reference()),
            rest => {
                let words = [
                    (&b"true"[..], Object::Bool(true)),
                    (b"false", Object::Bool(false)),
                    (b"null", Object::Null),
                ];
                let (word, value) = words.into_iter().find(|(word, _)| rest.starts_with(word))?;
                self.at += word.len();
                Some(value)
            }
        }
    }

    fn dictionary(&mut self, depth: u32) -> Option<Dictionary> {
        self.at += 2;
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            match self.rest() {
                [b'>', b'>', ..] => {
                    self.at += 2;
                    return Some(Dictionary(entries));
                }
                [b'/', ..] => {
                    let key = self.name()?;
                    entries.push((key, self.value(depth + 1)?));
                }
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Vec<Object>> {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.skip_space();
            if self.take(b"]") {
                return Some(elements);
            }
            elements.push(self.value(depth + 1)?);
        }
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(&byte) = self.bytes.get(self.at) {
            if is_space(byte) || is_delimiter(byte) {
                break;
            }
            self.at += 1;
            let digits = (
                self.bytes.get(self.at).copied().and_then(digit),
                self.bytes.get(self.at + 1).copied().and_then(digit),
            );
            match digits {
                (Some(high), Some(low)) if byte == b'#' => {
                    name.push(high << 4 | low);
                    self.at += 2;
                }
                _ => name.push(byte),
            }
            if name.len() > LONGEST {
                return None;
            }
        }
        Some(name)
    }

    fn literal(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut text = Vec::new();
        let mut open = 1_u32;
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Some(text);
                    }
                }
                b'\\' => {
                    self.escape(&mut text)?;
                    continue;
                }
                _ => {}
            }
            text.push(byte);
            if text.len() > LONGEST {
                return None;
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => {
                self.take(b"\n");
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(next @ b'0'..=b'7') = self.bytes.get(self.at) else { break };
                    code = code * 8 + u32::from(next - b'0');
                    self.at += 1;
                }
                text.push(u8::try_from(code & 0xff).unwrap_or(0));
            }
            other => text.push(other),
        }
        Some(())
    }

    fn hexadecimal(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut digits = Vec::new();
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match digit(byte) {
                Some(digit) => digits.push(digit),
                None if byte == b'>' => break,
                None if is_space(byte) => {}
                None => return None,
            }
            if digits.len() > 2 * LONGEST {
                return None;
            }
        }
        Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect())
    }

    fn number_or_reference(&mut self) -> Object {
        let Some(first) = self.integer() else {
            // A real number, which nothing here asks for.
            let length = self.rest().iter().take_while(|byte| b"0123456789+-.".contains(byte)).count();
            self.at += length;
            return Object::Real;
        };
        let after = self.at;
        if let Ok(number) = u32::try_from(first) {
            self.skip_little_space();
            let generation = self.integer();
            self.skip_little_space();
            if generation.is_some() && self.rest().first() == Some(&b'R') {
                let ends =
                    self.bytes.get(self.at + 1).is_none_or(|byte| is_space(*byte) || is_delimiter(*byte));
                if ends {
                    self.at += 1;
                    return Object::Reference(number);
                }
            }
        }
        self.at = after;
        Object::Integer(first)
    }

    /// A whole number here, and no real one.
    pub(super) fn integer(&mut self) -> Option<i64> {
        let rest = self.rest();
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let digits = rest.get(sign..)?.iter().take(19).take_while(|byte| byte.is_ascii_digit()).count();
        let length = sign + digits;
        if digits == 0 || digits > 18 || rest.get(length) == Some(&b'.') {
            return None;
        }
        let number = std::str::from_utf8(&rest[..length]).ok()?.parse().ok()?;
        self.at += length;
        Some(number)
    }

    /// Passes over white space and comments.
    pub(super) fn skip_space(&mut self) {
        loop {
            match self.bytes.get(self.at) {
                Some(byte) if is_space(*byte) => self.at += 1,
                Some(b'%') => {
                    let line = self.rest().iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count();
                    self.at += line;
                }
                _ => return,
            }
        }
    }

    /// Passes over a few bytes of white space and no comment: what only looks ahead is done from many places, and must
    /// not read far from each.
    pub(super) fn skip_little_space(&mut self) {
        self.at += self.rest().iter().take(16).take_while(|byte| is_space(**byte)).count();
    }

    pub(super) fn take(&mut self, word: &[u8]) -> bool {
        let taken = self.rest().starts_with(word);
        self.at += if taken { word.len() } else { 0 };
        taken
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    b"()<>[]{}/%".contains(&byte)
}

pub(super) fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A text string (7.9.2.2): UTF-16 or UTF-8 with its mark, else nearly Latin 1.
pub(super) fn text(bytes: &[u8]) -> String {
    if let Some(utf16) = bytes.strip_prefix(b"\xfe\xff") {
        let units = utf16.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        return char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    }
    if let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
        return text.to_owned();
    }
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Object> {
        Parser::new(text.as_bytes(), 0).object()
    }

    #[test]
    fn objects_are_read() {
        let dictionary = read(
            "<< /A#42 (x\\(y\\)\\n\\101(z)) /C [1 -2 3.5 4 0 R true null] /D <48 6 9> % comment\n /D <</E /F>> >>",
        );
        let Some(Object::Dictionary(dictionary)) = dictionary else { panic!("{dictionary:?}") };
        assert_eq!(dictionary.get("AB"), Some(&Object::String(b"x(y)\nA(z)".to_vec())));
        let Some(Object::Array(array)) = dictionary.get("C") else { panic!() };
        assert_eq!(
            array[..],
            [
                Object::Integer(1),
                Object::Integer(-2),
                Object::Real,
                Object::Reference(4),
                Object::Bool(true),
                Object::Null
            ]
        );
        assert!(matches!(dictionary.get("D"), Some(Object::Dictionary(inner)) if inner.is("E", "F")));
        assert_eq!(read("<4869>"), Some(Object::String(b"Hi".to_vec())));
        assert_eq!(read("<486>"), Some(Object::String(b"H`".to_vec())));
        assert_eq!(read("12 0 Rx"), Some(Object::Integer(12)));
    }

    #[test]
    fn looking_ahead_does_not_read_far() {
        for (text, end) in
            [("5%0 R", 1), ("5 0%\nR", 1), (&format!("5{}0 R", " ".repeat(17)), 1), ("5  0\nR", 6)]
        {
            let mut parser = Parser::new(text.as_bytes(), 0);
            let object = parser.number_or_reference();
            assert_eq!(object, if end == 1 { Object::Integer(5) } else { Object::Reference(5) }, "{text}");
            assert_eq!(parser.at, end, "{text}");
        }
        let mut parser = Parser::new(b"%comment\n5", 0);
        parser.skip_little_space();
        assert_eq!(parser.at, 0);
    }

    #[test]
    fn what_is_none_is_none() {
        for text in ["", "<<", "<< /A", "<< A >>", "(", "(()", "<4x>", "[1", "obj", ">>", &"[".repeat(100)] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&format!("[{}]", "1 ".repeat(NODES + 1))), None);
    }

    #[test]
    fn texts_have_encodings() {
        assert_eq!(text(b"\xfe\xff\0b\0\xe9\xd8\x3d\xde\x00"), "b\u{e9}\u{1f600}");
        assert_eq!(text(b"b\xe9"), "b\u{e9}");
        assert_eq!(text("b\u{e9}".as_bytes()), "b\u{e9}");
    }
}
