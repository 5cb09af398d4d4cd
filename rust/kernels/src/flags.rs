//! Packed booleans as bytes.

use crate::present::Bits;

/// The eight bytes of every packed byte, the lowest bit first.
const SPREAD: [[u8; 8]; 256] = spread_table();

const fn spread_table() -> [[u8; 8]; 256] {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte][bit] = (byte >> bit & 1) as u8;
            bit += 1;
        }
        byte += 1;
    }
    table
}

/// Appends a byte of 0 or 1 for each of the first `rows` bits.
pub fn spread(bits: Bits<'_>, rows: usize, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    bytes.reserve(rows + 64);
    for row in (0..rows).step_by(64) {
        for byte in bits.word(row).to_le_bytes() {
            bytes.extend_from_slice(&SPREAD[usize::from(byte)]);
        }
    }
    bytes.truncate(start + rows);
}

#[cfg(test)]
mod tests {
    use super::spread;
    use crate::present::Bits;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_bit_is_a_byte(packed in prop::collection::vec(any::<u8>(), 1..40), offset in 0_usize..9, skip in 0_usize..20) {
            let bits = Bits::new(&packed, offset);
            let rows = (packed.len() * 8 - offset.min(packed.len() * 8)).saturating_sub(skip);
            let mut bytes = vec![7];
            spread(bits, rows, &mut bytes);
            let expected: Vec<u8> = (0..rows).map(|row| u8::from(bits.get(row))).collect();
            prop_assert_eq!(&bytes[1..], &expected[..]);
        }
    }
}
