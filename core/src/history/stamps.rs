//! How the times of a chunk's lines are stored: a JSON array of differences, offset and
//! milliseconds by turns, which is a few bytes a line.

use crate::output::OutputStamp;

/// The stored text. The first difference is to the chunk's offset and to time 0.
pub(super) fn encode(offset: u64, stamps: &[OutputStamp]) -> String {
    let mut differences = Vec::with_capacity(stamps.len() * 2);
    let (mut offset, mut at_ms) = (offset.cast_signed(), 0_i64);
    for stamp in stamps {
        differences.push(stamp.offset.cast_signed().wrapping_sub(offset));
        differences.push(stamp.at_ms.wrapping_sub(at_ms));
        (offset, at_ms) = (stamp.offset.cast_signed(), stamp.at_ms);
    }
    serde_json::Value::from(differences).to_string()
}

/// Reads what [`encode`] wrote.
pub(super) fn decode(offset: u64, text: &str) -> Result<Vec<OutputStamp>, serde_json::Error> {
    let differences: Vec<i64> = serde_json::from_str(text)?;
    let (mut offset, mut at_ms) = (offset.cast_signed(), 0_i64);
    let stamps = differences.chunks_exact(2).map(|pair| {
        offset = offset.wrapping_add(pair[0]);
        at_ms = at_ms.wrapping_add(pair[1]);
        OutputStamp {
            offset: offset.cast_unsigned(),
            at_ms,
        }
    });
    Ok(stamps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_survive_and_are_short() {
        let stamp = |offset, at_ms| OutputStamp { offset, at_ms };
        let stamps = [
            stamp(1000, 1_700_000_000_000),
            stamp(1040, 1_700_000_000_002),
            stamp(u64::MAX, i64::MIN),
        ];
        assert_eq!(decode(1000, &encode(1000, &stamps)).expect("JSON"), stamps);
        assert_eq!(encode(1000, &stamps[..2]), "[0,1700000000000,40,2]");
        assert!(decode(0, "{").is_err());
    }
}
