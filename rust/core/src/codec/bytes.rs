//! Reading and writing the few shapes that states are made of. Little-endian, LEB128 numbers,
//! every size checked against the bytes that are left before anything is allocated.

use crate::error::{Error, Result};

/// Appends values.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Raw bytes.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// One byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// LEB128.
    pub fn number(&mut self, value: u128) {
        let mut left = value;
        while left >= 0x80 {
            self.bytes.push(left as u8 | 0x80);
            left >>= 7;
        }
        self.bytes.push(left as u8);
    }

    /// LEB128 of a count.
    pub fn count(&mut self, value: u64) {
        self.number(u128::from(value));
    }

    /// LEB128 of a length.
    pub fn length(&mut self, value: usize) {
        self.number(value as u128);
    }

    /// Zigzag LEB128.
    pub fn signed(&mut self, value: i128) {
        self.number(((value << 1) ^ (value >> 127)) as u128);
    }

    /// The eight bytes of a double.
    pub fn float(&mut self, value: f64) {
        self.raw(&value.to_bits().to_le_bytes());
    }

    /// Length and UTF-8.
    pub fn text(&mut self, value: &str) {
        self.length(value.len());
        self.raw(value.as_bytes());
    }
}

/// Takes values off the front.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// From the first byte on.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The error that says what was expected here.
    #[must_use]
    pub fn corrupt(&self, what: &'static str) -> Error {
        Error::Corrupt { what, offset: self.at }
    }

    /// `Ok` when `holds`.
    ///
    /// # Errors
    /// Names `what` otherwise.
    pub fn ensure(&self, holds: bool, what: &'static str) -> Result<()> {
        if holds { Ok(()) } else { Err(self.corrupt(what)) }
    }

    /// Whether the bytes to come start so.
    #[must_use]
    pub fn raw_is(&self, expected: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(expected)
    }

    /// Bytes not yet taken.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// When something is.
    pub fn end(&self) -> Result<()> {
        self.ensure(self.left() == 0, "the end")
    }

    /// Raw bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8]> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..length));
        let taken = taken.ok_or_else(|| self.corrupt("more bytes"))?;
        self.at += length;
        Ok(taken)
    }

    /// One byte.
    ///
    /// # Errors
    /// At the end.
    pub fn byte(&mut self) -> Result<u8> {
        Ok(self.raw(1)?.first().copied().unwrap_or_default())
    }

    /// LEB128 in its shortest form.
    ///
    /// # Errors
    /// When it is cut off, longer than needed or too large.
    pub fn number(&mut self) -> Result<u128> {
        let (mut value, mut shift) = (0_u128, 0_u32);
        loop {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7f);
            self.ensure(shift < 126 || (shift == 126 && bits < 4), "a number below 2^128")?;
            value |= bits << shift;
            if byte & 0x80 == 0 {
                self.ensure(byte != 0 || shift == 0, "the shortest form of a number")?;
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// LEB128 below 2^64.
    ///
    /// # Errors
    /// As [`Reader::number`].
    pub fn count(&mut self) -> Result<u64> {
        let value = self.number()?;
        u64::try_from(value).map_err(|_| self.corrupt("a count below 2^64"))
    }

    /// A length of items that take at least `each` bytes: never more than are left.
    ///
    /// # Errors
    /// When the bytes left cannot hold them.
    pub fn length(&mut self, each: usize) -> Result<usize> {
        let value = self.number()?;
        let most = (self.left() / each.max(1)) as u128;
        self.ensure(value <= most, "a length within the bytes left")?;
        Ok(value as usize)
    }

    /// An index below `limit`.
    ///
    /// # Errors
    /// When it is not.
    pub fn index(&mut self, limit: usize) -> Result<usize> {
        let value = self.number()?;
        self.ensure(value < limit as u128, "an index within its table")?;
        Ok(value as usize)
    }

    /// Zigzag LEB128.
    ///
    /// # Errors
    /// As [`Reader::number`].
    pub fn signed(&mut self) -> Result<i128> {
        let value = self.number()?;
        Ok((value >> 1) as i128 ^ -((value & 1) as i128))
    }

    /// A finite double, in the one form of zero.
    ///
    /// # Errors
    /// When it is NaN, infinite or minus zero.
    pub fn float(&mut self) -> Result<f64> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.raw(8)?);
        let value = f64::from_bits(u64::from_le_bytes(bytes));
        self.ensure(value.is_finite() && (value != 0.0 || value.is_sign_positive()), "a finite number")?;
        Ok(value)
    }

    /// UTF-8 of at most `most` bytes.
    ///
    /// # Errors
    /// When it is longer or not UTF-8.
    pub fn text(&mut self, most: usize) -> Result<&'a str> {
        let length = self.length(1)?;
        self.ensure(length <= most, "a shorter text")?;
        let bytes = self.raw(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.corrupt("UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(value in any::<i128>(), count in any::<u64>(), text in ".{0,20}") {
            let mut writer = Writer::default();
            writer.signed(value);
            writer.count(count);
            writer.text(&text);
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.signed().unwrap(), value);
            prop_assert_eq!(reader.count().unwrap(), count);
            prop_assert_eq!(reader.text(100).unwrap(), text);
            prop_assert!(reader.end().is_ok());
        }

        #[test]
        fn anything_else_is_an_error_not_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut reader = Reader::new(&bytes);
            while reader.number().is_ok() {}
            let mut reader = Reader::new(&bytes);
            while reader.text(16).is_ok() {}
        }
    }

    #[test]
    fn padded_numbers_are_refused() {
        assert!(Reader::new(&[0x80, 0x00]).number().is_err());
        assert!(Reader::new(&[0xff; 30]).number().is_err());
    }
}
