//! A function's row as people write it.

use crate::{Arg, Function, Presence};

impl Function {
    /// The call with its arguments' names and types: `rate(v range-vector)`.
    pub fn signature(&self) -> String {
        let args: Vec<String> = self.args.iter().map(arg).collect();
        format!("{}({})", self.name, args.join(", "))
    }
}

fn arg(arg: &Arg) -> String {
    let (open, close) = match arg.presence {
        Presence::Required => ("", ""),
        Presence::Optional => ("[", "]"),
        Presence::Repeated => ("", ", ..."),
    };
    format!("{open}{} {}{close}", arg.name, arg.kind)
}
