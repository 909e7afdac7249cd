//! What a log record says.
//!
//! ```text
//! payload:  0 u8 | body                         or  1 u8 | body's length | body compressed by zstd
//! body:     first number | count | per declared series: count, then name and value of each label
//!           count | per metadata: family, kind, help, unit
//!           count | series numbers (difference to the one before, zigzag)
//!                 | times in ms (difference to the one before, zigzag)
//!                 | bits of the values: byte 0 (highest) of all, then byte 1, ...
//! ```
//! Lengths, counts and numbers are base-128 varints; a text is its length and its bytes. The i-th declared series
//! has the number `first number + i`.

use std::sync::Arc;

use model::{Labels, Metadata};

use crate::codec::{
    Cursor, Malformed, Packer, Unpacker, labels, metadata, put_labels, put_metadata, put_varint, put_zigzag,
};

const PLAIN: u8 = 0;
const PACKED: u8 = 1;

/// One batch, or a slice of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// The number of the first declared series.
    pub(crate) first_ref: u32,
    /// Series that later samples of the segment refer to.
    pub(crate) declared: Vec<Labels>,
    /// New or changed metadata.
    pub(crate) metadata: Vec<(Arc<str>, Metadata)>,
    /// The series of each sample.
    pub(crate) refs: Vec<u32>,
    /// The time of each sample, in milliseconds.
    pub(crate) times: Vec<i64>,
    /// The value of each sample.
    pub(crate) values: Vec<f64>,
}

impl Record {
    /// The payload of the record's frame.
    pub(super) fn encode(&self, packer: &mut Packer) -> Vec<u8> {
        let body = self.body();
        let (form, body) = match packer.pack(&body) {
            Some(packed) => (PACKED, packed),
            None => (PLAIN, body),
        };
        let mut payload = Vec::with_capacity(body.len() + 1);
        payload.push(form);
        payload.extend_from_slice(&body);
        payload
    }

    fn body(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.refs.len() * 10);
        put_varint(&mut out, u64::from(self.first_ref));
        put_varint(&mut out, self.declared.len() as u64);
        self.declared.iter().for_each(|labels| put_labels(&mut out, labels));
        put_varint(&mut out, self.metadata.len() as u64);
        self.metadata.iter().for_each(|(family, metadata)| put_metadata(&mut out, family, metadata));
        put_varint(&mut out, self.refs.len() as u64);
        let mut last = 0;
        for number in &self.refs {
            put_zigzag(&mut out, i64::from(*number) - last);
            last = i64::from(*number);
        }
        let mut last = 0_i64;
        for at in &self.times {
            put_zigzag(&mut out, at.wrapping_sub(last));
            last = *at;
        }
        for plane in (0..8).rev() {
            out.extend(self.values.iter().map(|value| (value.to_bits() >> (plane * 8)) as u8));
        }
        out
    }

    /// The record of a payload.
    pub(super) fn decode(payload: &[u8], unpacker: &mut Unpacker) -> Result<Self, Malformed> {
        match payload.split_first() {
            Some((&PLAIN, body)) => Self::of_body(body),
            Some((&PACKED, packed)) => Self::of_body(&unpacker.unpack(packed)?),
            _ => Err(Malformed("a record has an unknown form")),
        }
    }

    fn of_body(body: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(body);
        let first_ref =
            u32::try_from(cursor.varint()?).map_err(|_| Malformed("a series number is too large"))?;
        let declared = cursor.count(1)?;
        let declared = (0..declared).map(|_| labels(&mut cursor)).collect::<Result<_, _>>()?;
        let families = cursor.count(4)?;
        let metadata = (0..families).map(|_| metadata(&mut cursor)).collect::<Result<_, _>>()?;
        let samples = cursor.count(10)?;
        let mut last = 0_i64;
        let mut next = |cursor: &mut Cursor<'_>| {
            last = last.wrapping_add(cursor.zigzag()?);
            u32::try_from(last).map_err(|_| Malformed("a series number is out of range"))
        };
        let refs = (0..samples).map(|_| next(&mut cursor)).collect::<Result<_, _>>()?;
        let mut last = 0_i64;
        let mut next = |cursor: &mut Cursor<'_>| {
            last = last.wrapping_add(cursor.zigzag()?);
            Ok(last)
        };
        let times = (0..samples).map(|_| next(&mut cursor)).collect::<Result<_, _>>()?;
        let planes = cursor.take(samples.checked_mul(8).ok_or(Malformed("too many samples"))?)?;
        let value =
            |index| f64::from_bits(u64::from_be_bytes(std::array::from_fn(|p| planes[p * samples + index])));
        let values = (0..samples).map(value).collect();
        Ok(Self { first_ref, declared, metadata, refs, times, values })
    }
}
