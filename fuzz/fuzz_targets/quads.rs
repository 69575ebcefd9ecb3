//! RDFC-1.0: the labels of blank nodes and the order of the quads make no difference, and no graph takes long.
//!
//! Four bytes are a quad: the high half of each chooses a kind, the low half which one. No quad has three blank nodes:
//! RDFC-1.0 does not see that two of them stand in one quad with a third, and labels some such graphs by their order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openbadges::jsonld::{Hash, Quad, Term, canonicalize_quads};

/// Graphs beyond this say nothing that smaller ones do not.
const MOST: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    let graph = |label: &dyn Fn(u8) -> String| -> Vec<Quad> {
        bytes.chunks_exact(4).take(MOST).map(|chunk| quad(chunk, label)).collect()
    };
    let plain = graph(&|number| format!("b{number}"));
    let mut renamed = graph(&|number| format!("n{}", 255 - number));
    renamed.reverse();
    match (canonicalize_quads(&plain, Hash::Sha256), canonicalize_quads(&renamed, Hash::Sha256)) {
        (Ok(one), Ok(other)) => assert_eq!(one.lines, other.lines),
        (Err(_), Err(_)) => {}
        (one, other) => panic!("{one:?}\n{other:?}"),
    }
});

fn quad(bytes: &[u8], label: &dyn Fn(u8) -> String) -> Quad {
    let node = |byte: u8| match byte >> 4 {
        0..=11 => Term::Blank(label(byte & 15).into()),
        _ => Term::Iri(format!("urn:x:{}", byte & 15).into()),
    };
    let subject = node(bytes[0]);
    let object = if bytes[2] >> 4 == 15 { Term::string(format!("{}", bytes[2] & 15)) } else { node(bytes[2]) };
    let both_blank = [&subject, &object].into_iter().all(|term| matches!(term, Term::Blank(_)));
    let name = if both_blank { bytes[3] | 0xf0 } else { bytes[3] };
    Quad {
        subject,
        predicate: Term::Iri(format!("urn:p:{}", bytes[1] & 3).into()),
        object,
        graph: (bytes[3] >> 4 >= 8).then(|| node(name)),
    }
}
