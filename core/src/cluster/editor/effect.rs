//! One sentence that says what a definition would do, in English and Chinese.

use crate::job::{Job, PlaceOn};
use crate::schedule::Language;
use crate::view::{NextLine, NodeFit};

/// What the job would do once it is saved.
pub(super) fn effect(
    job: &Job,
    nodes: &[NodeFit],
    next: Option<&NextLine>,
    language: Language,
) -> String {
    let place = place(job, nodes, language);
    let when = when(job, next, language);
    match language {
        Language::En => format!("{when}, {place}."),
        Language::ZhCn => format!("{place}，{when}。"),
    }
}

fn when(job: &Job, next: Option<&NextLine>, language: Language) -> String {
    let zone = job.timezone.name();
    match (next, language) {
        _ if job.paused && language == Language::En => {
            "Paused: it will run only when somebody asks for it".to_owned()
        }
        _ if job.paused => "已暂停：只在有人要求时才运行".to_owned(),
        _ if job.schedule.is_manual() && language == Language::En => {
            "Will run only when somebody asks for it".to_owned()
        }
        _ if job.schedule.is_manual() => "只在有人要求时才运行".to_owned(),
        (None, Language::En) => "Will not run by itself any more: nothing is left".to_owned(),
        (None, Language::ZhCn) => "不会再自行运行：计划里已没有剩余的时间".to_owned(),
        (Some(next), Language::En) => {
            format!("Will run next {} {zone} (UTC{})", next.local, next.offset)
        }
        (Some(next), Language::ZhCn) => {
            format!("下次运行 {} {zone}（UTC{}）", next.local, next.offset)
        }
    }
}

fn place(job: &Job, nodes: &[NodeFit], language: Language) -> String {
    let fitting: Vec<&NodeFit> = nodes.iter().filter(|node| node.fits).collect();
    let count = fitting.len();
    match (&job.place.on, fitting.first(), language) {
        (PlaceOn::Node(node), None, Language::En) => {
            format!("on {node}, which is not there now")
        }
        (PlaceOn::Node(node), None, Language::ZhCn) => {
            format!("将在节点 {node} 上运行，该节点目前不在线")
        }
        (_, None, Language::En) => "as soon as a node is there: none is now".to_owned(),
        (_, None, Language::ZhCn) => "目前没有节点在线，要等有节点时才能运行".to_owned(),
        (PlaceOn::Node(node), _, Language::En) => format!("on {node}"),
        (PlaceOn::Node(node), _, Language::ZhCn) => format!("将在节点 {node} 上运行"),
        (_, Some(only), Language::En) if count == 1 => format!("on {}", only.node),
        (_, Some(only), Language::ZhCn) if count == 1 => {
            format!("将在节点 {} 上运行", only.node)
        }
        (PlaceOn::One, _, Language::En) => format!("on one of {count} nodes"),
        (PlaceOn::One, _, Language::ZhCn) => format!("将在 {count} 个节点中的一个上运行"),
        (PlaceOn::All, _, Language::En) => format!("on each of {count} nodes"),
        (PlaceOn::All, _, Language::ZhCn) => format!("将在 {count} 个节点上各运行一次"),
    }
}
