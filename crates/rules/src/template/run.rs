//! The expansion of a template.

use super::Scene;
use super::ast::{Choice, Command, Node, Operand, Parsed, Pipeline};
use super::value::Value;

/// The most steps (nodes and operands) of one expansion.
const STEPS_MAX: u32 = 100_000;
/// The longest text, in bytes.
const OUTPUT_BYTES_MAX: usize = 256 << 10;
/// All texts that functions make in one expansion, in bytes.
const ALL_TEXT_BYTES_MAX: usize = 4 << 20;
/// How deep templates may call each other.
const CALLS_MAX: usize = 20;
/// The most queries of one expansion.
const QUERIES_MAX: u32 = 20;

/// Expands a template.
pub(super) fn run(parsed: &Parsed, scene: &Scene<'_>) -> Result<String, String> {
    let (dot, variables) = scene.data();
    let mut run =
        Run { parsed, scene, out: String::new(), variables, steps: 0, text_bytes: 0, calls: 0, queries: 0 };
    run.nodes(&parsed.body, &dot)?;
    Ok(run.out)
}

struct Run<'a> {
    parsed: &'a Parsed,
    scene: &'a Scene<'a>,
    out: String,
    /// The innermost is last.
    variables: Vec<(String, Value)>,
    steps: u32,
    text_bytes: usize,
    calls: usize,
    queries: u32,
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

impl Run<'_> {
    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(format!("the template takes more than {STEPS_MAX} steps"));
        }
        if self.out.len() > OUTPUT_BYTES_MAX {
            return Err(format!("the text grows beyond {OUTPUT_BYTES_MAX} bytes"));
        }
        Ok(())
    }

    /// Expands a body in a scope of its own.
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, String> {
        let scope = self.variables.len();
        let mut flow = Flow::On;
        for node in nodes {
            flow = self.node(node, dot)?;
            if flow != Flow::On {
                break;
            }
        }
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<Flow, String> {
        self.step()?;
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Action(pipeline) => {
                let value = self.pipeline(pipeline, dot)?;
                if pipeline.variables.is_empty() {
                    value.print(&mut self.out, OUTPUT_BYTES_MAX);
                }
            }
            Node::If(choice) => return self.choice(choice, dot, |_| None),
            Node::With(choice) => return self.choice(choice, dot, Some),
            Node::Range(choice) => return self.range(choice, dot),
            Node::Template(name, pipeline) => self.template(name, pipeline.as_ref(), dot)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    /// `if` keeps the dot, `with` sets it to the value.
    fn choice(
        &mut self,
        choice: &Choice,
        dot: &Value,
        new_dot: fn(Value) -> Option<Value>,
    ) -> Result<Flow, String> {
        let scope = self.variables.len();
        let value = self.pipeline(&choice.pipeline, dot)?;
        let flow = if value.is_true() {
            let inner = new_dot(value);
            self.nodes(&choice.body, inner.as_ref().unwrap_or(dot))
        } else {
            self.nodes(&choice.otherwise, dot)
        };
        self.variables.truncate(scope);
        flow
    }

    fn range(&mut self, choice: &Choice, dot: &Value) -> Result<Flow, String> {
        let scope = self.variables.len();
        let value = self.commands(&choice.pipeline, dot)?;
        let items: Vec<(Value, Value)> = match &value {
            Value::None => Vec::new(),
            Value::List(list) => (0..).map(Value::Int).zip(list.iter().cloned()).collect(),
            Value::Map(map, _) => {
                map.iter().map(|(name, value)| (Value::text(name), value.clone())).collect()
            }
            Value::Int(count) => {
                (0..*count.min(&i64::from(STEPS_MAX))).map(|n| (Value::Int(n), Value::Int(n))).collect()
            }
            other => return Err(format!("cannot range over a {}", other.type_name())),
        };
        if items.is_empty() {
            return self.nodes(&choice.otherwise, dot);
        }
        for (key, item) in items {
            self.step()?;
            self.set_range_variables(&choice.pipeline, key, &item);
            let flow = self.nodes(&choice.body, &item)?;
            if !choice.pipeline.assigns {
                self.variables.truncate(scope);
            }
            if flow == Flow::Break {
                break;
            }
        }
        self.variables.truncate(scope);
        Ok(Flow::On)
    }

    /// One variable gets the item, two get the key and the item.
    fn set_range_variables(&mut self, pipeline: &Pipeline, key: Value, item: &Value) {
        match pipeline.variables.as_slice() {
            [value] => self.set(value, item.clone(), pipeline.assigns),
            [first, second] => {
                self.set(first, key, pipeline.assigns);
                self.set(second, item.clone(), pipeline.assigns);
            }
            _ => {}
        }
    }

    fn set(&mut self, name: &str, value: Value, assigns: bool) {
        if assigns {
            if let Some((_, known)) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                *known = value;
            }
        } else {
            self.variables.push((name.to_owned(), value));
        }
    }

    fn template(&mut self, name: &str, pipeline: Option<&Pipeline>, dot: &Value) -> Result<(), String> {
        let body =
            self.parsed.defined.get(name).ok_or_else(|| format!("template `{name}` is not defined"))?;
        let inner = pipeline.map_or(Ok(Value::None), |pipeline| self.pipeline(pipeline, dot))?;
        if self.calls == CALLS_MAX {
            return Err(format!("templates call each other deeper than {CALLS_MAX}"));
        }
        self.calls += 1;
        let outside = std::mem::replace(&mut self.variables, vec![(String::new(), inner.clone())]);
        let result = self.nodes(body, &inner);
        self.variables = outside;
        self.calls -= 1;
        result.map(|_| ())
    }

    /// The value of a pipeline, which also goes to its variable.
    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, String> {
        let value = self.commands(pipeline, dot)?;
        if let Some(variable) = pipeline.variables.first() {
            self.set(variable, value.clone(), pipeline.assigns);
        }
        Ok(value)
    }

    fn commands(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, String> {
        let mut value = None;
        for command in &pipeline.commands {
            value = Some(self.command(command, value, dot)?);
        }
        Ok(value.unwrap_or(Value::None))
    }

    fn command(&mut self, command: &Command, piped: Option<Value>, dot: &Value) -> Result<Value, String> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Value::None) };
        let Operand::Function(function) = first else {
            return match piped {
                None => self.operand(first, dot),
                Some(_) => Err("only a function can take the value of the command before it".to_owned()),
            };
        };
        let stops_at = match function.name {
            "and" => Some(false),
            "or" => Some(true),
            _ => None,
        };
        let mut args = Vec::with_capacity(rest.len() + 1);
        for operand in rest {
            let value = self.operand(operand, dot)?;
            if stops_at == Some(value.is_true()) {
                return Ok(value);
            }
            args.push(value);
        }
        args.extend(piped);
        if function.name == "query" {
            self.queries += 1;
            if self.queries > QUERIES_MAX {
                return Err(format!("the template makes more than {QUERIES_MAX} queries"));
            }
        }
        let value = function.call(&args, self.scene)?;
        self.count_text(&value)?;
        Ok(value)
    }

    /// Texts that functions make are bounded one by one and together, though they may never be printed: a variable
    /// that is joined with itself again and again doubles each time.
    fn count_text(&mut self, value: &Value) -> Result<(), String> {
        let Value::Text(text) = value else { return Ok(()) };
        self.text_bytes = self.text_bytes.saturating_add(text.len());
        if text.len() > OUTPUT_BYTES_MAX || self.text_bytes > ALL_TEXT_BYTES_MAX {
            return Err(format!("texts within the template grow beyond {OUTPUT_BYTES_MAX} bytes"));
        }
        Ok(())
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, String> {
        self.step()?;
        match operand {
            Operand::Constant(value) => Ok(value.clone()),
            Operand::Dot(fields) => follow(dot.clone(), fields),
            Operand::Variable(name, fields) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let value = known.map(|(_, value)| value.clone());
                follow(value.ok_or_else(|| format!("undefined variable `${name}`"))?, fields)
            }
            Operand::Function(function) => function.call(&[], self.scene),
            Operand::Nested(pipeline, fields) => follow(self.pipeline(pipeline, dot)?, fields),
        }
    }
}

fn follow(value: Value, fields: &[String]) -> Result<Value, String> {
    fields.iter().try_fold(value, |value, field| value.field(field))
}
