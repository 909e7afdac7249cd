//! `/api/v1/live`: queries whose answers are pushed whenever new samples have arrived.
//!
//! A client subscribes with expressions; after samples were stored, each is evaluated at the time of the newest
//! sample and its answer is sent, at most once per interval. Answers are shared between clients that ask the
//! same at the same time. Slow clients lose nothing but freshness: what they get is always the newest answer.

mod answers;
mod hub;
mod protocol;
mod socket;

pub(crate) use hub::Hub;
pub(crate) use socket::upgrade;
