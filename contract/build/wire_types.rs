//! A known field with another wire type is skipped like an unknown one, as Go does; buffa's
//! generated code refuses the message.

use std::fs;
use std::path::Path;

const CHECK: &str = "::buffa::encoding::check_wire_type(";
const END: &str = ")?;";

/// Turns the checks in what was generated from a `.proto` file; gives how many there were.
pub fn skip_others(out: &Path, proto: &str) -> usize {
    let file = out.join(proto.replace(".proto", ".rs").replace('/', "."));
    let text = fs::read_to_string(&file).unwrap();
    let mut parts = text.split(CHECK);
    let mut turned = parts.next().unwrap().to_string();
    let mut count = 0;
    for part in parts {
        let (arguments, rest) = part.split_once(END).unwrap();
        let expected =
            arguments.trim().strip_prefix("tag,").unwrap().trim_matches([' ', '\n', ',']);
        turned += &format!(
            "if tag.wire_type() != {expected} {{\n\
                return ::buffa::encoding::skip_field_depth(tag, buf, ctx.depth());\n\
            }}{rest}"
        );
        count += 1;
    }
    fs::write(file, turned).unwrap();
    count
}
