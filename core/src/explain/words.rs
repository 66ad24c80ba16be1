//! Explanations as sentences, in English and in Chinese.

use jiff::Timestamp;

use super::{Decision, Explanation, Verdict};
use crate::placement::Excluded;
use crate::run::{Reason, RunState};
use crate::schedule::Language;

/// The sentences, the most important first. `in_zone` writes an instant as its reader's clock
/// shows it.
pub fn sentences(
    explanation: &Explanation,
    language: Language,
    in_zone: impl Fn(Timestamp) -> String,
) -> Vec<String> {
    let mut sentences = told(explanation, language, in_zone);
    if let Some(order) = order(explanation, language) {
        sentences.push(order);
        for left_out in &explanation.excluded {
            let why = excluded(left_out.why, language);
            sentences.push(match language {
                Language::En => format!("{} is left out: {why}.", left_out.node),
                Language::ZhCn => format!("不考虑 {}：{why}。", left_out.node),
            });
        }
    }
    sentences
}

/// What happened or will: the sentences without those about candidates.
pub fn told(
    explanation: &Explanation,
    language: Language,
    in_zone: impl Fn(Timestamp) -> String,
) -> Vec<String> {
    let mut sentences = Vec::new();
    if explanation.verdict != Verdict::Decided {
        sentences.push(verdict(&explanation.verdict, language, &in_zone));
    }
    if explanation.verdict == Verdict::ToCome && explanation.due_at != explanation.at {
        let due = in_zone(explanation.due_at);
        sentences.push(match language {
            Language::En => format!("By its jitter it starts at {due}."),
            Language::ZhCn => format!("因抖动设置，将于 {due} 启动。"),
        });
    }
    let holder = explanation.held_by.iter();
    sentences.extend(holder.map(|holder| held(holder, language, &in_zone)));
    let asked = explanation
        .decisions
        .iter()
        .find_map(|it| it.asked_by.as_ref());
    sentences.extend(asked.map(|by| match language {
        Language::En => format!("{by} asked for it."),
        Language::ZhCn => format!("由 {by} 请求。"),
    }));
    for decision in &explanation.decisions {
        sentences.push(decided(decision, language, &in_zone));
    }
    sentences
}

fn verdict(
    verdict: &Verdict,
    language: Language,
    in_zone: &impl Fn(Timestamp) -> String,
) -> String {
    let text = match (verdict, language) {
        (Verdict::NoInstant { next: Some(next) }, Language::En) => {
            return format!(
                "The schedule does not ring then; it rings next at {}.",
                in_zone(*next)
            );
        }
        (Verdict::NoInstant { next: Some(next) }, Language::ZhCn) => {
            return format!("该时刻不在计划之内；其后最近一次是 {}。", in_zone(*next));
        }
        (Verdict::NoInstant { next: None }, Language::En) => {
            "The schedule does not ring then, nor ever after."
        }
        (Verdict::NoInstant { next: None }, Language::ZhCn) => {
            "该时刻不在计划之内，其后也不再运行。"
        }
        (Verdict::Decided, Language::En) => "It was decided.",
        (Verdict::Decided, Language::ZhCn) => "已经决定。",
        (Verdict::ToCome, Language::En) => "It is still to come.",
        (Verdict::ToCome, Language::ZhCn) => "时间未到。",
        (Verdict::ExcludedDay, Language::En) => {
            "It is still to come, and will be skipped: a calendar of the job leaves that day out."
        }
        (Verdict::ExcludedDay, Language::ZhCn) => "时间未到；任务的日历排除了这一天，届时会跳过。",
        (Verdict::Paused, Language::En) => "The job is paused: it will not ring.",
        (Verdict::Paused, Language::ZhCn) => "任务已暂停，届时不会运行。",
        (Verdict::Undecided, Language::En) => "Its time has come, and nobody has decided it yet.",
        (Verdict::Undecided, Language::ZhCn) => "时间已到，但还没有节点作出决定。",
        (Verdict::NoRecord, Language::En) => {
            "It counts as decided, and no record says how: `belfryctl ledger verify` tells more."
        }
        (Verdict::NoRecord, Language::ZhCn) => {
            "该时刻已被决定，却没有记录说明结果：请运行 `belfryctl ledger verify` 查看。"
        }
    };
    text.to_owned()
}

fn decided(
    decision: &Decision,
    language: Language,
    in_zone: &impl Fn(Timestamp) -> String,
) -> String {
    let (node, at) = (&decision.node, in_zone(decision.decided_at));
    let state = state(decision.state, language);
    let why = decision.reason.map(|why| reason(why, language));
    let more = decision.count.saturating_sub(1);
    match language {
        Language::En => {
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let more = match more {
                0 => String::new(),
                more => format!(", together with {more} more instants"),
            };
            let attempt = match decision.attempt {
                0 | 1 => String::new(),
                attempt => format!(" (attempt {attempt})"),
            };
            format!("{node} decided it at {at}{more}{attempt}; it {state}{why}.")
        }
        Language::ZhCn => {
            let why = why.map_or_else(String::new, |why| format!("（{why}）"));
            let more = match more {
                0 => String::new(),
                more => format!("，连同另外 {more} 个时刻"),
            };
            let attempt = match decision.attempt {
                0 | 1 => String::new(),
                attempt => format!("，第 {attempt} 次尝试"),
            };
            format!("由 {node} 于 {at} 决定{more}{attempt}：{state}{why}。")
        }
    }
}

/// Which run an undecided occurrence waits for.
fn held(holder: &Decision, language: Language, in_zone: &impl Fn(Timestamp) -> String) -> String {
    let (node, at) = (&holder.node, in_zone(holder.scheduled_at));
    match (holder.state, language) {
        (RunState::Lost, Language::En) => {
            format!("It is blocked by the run of {at}, which is lost on {node}.")
        }
        (RunState::Lost, Language::ZhCn) => {
            format!("被 {at} 的运行阻塞，该运行在 {node} 上下落不明。")
        }
        (_, Language::En) => {
            format!("It waits for the run of {at}, which is still open on {node}.")
        }
        (_, Language::ZhCn) => format!("正在等待 {at} 的运行，该运行在 {node} 上尚未结束。"),
    }
}

/// Who would decide; of what is long decided, that this is today's view. Nothing where the
/// schedule does not ring.
pub fn order(explanation: &Explanation, language: Language) -> Option<String> {
    if matches!(explanation.verdict, Verdict::NoInstant { .. }) {
        return None;
    }
    let is_past = matches!(explanation.verdict, Verdict::Decided | Verdict::NoRecord);
    let today = order_now(explanation, language);
    Some(match (is_past, language) {
        (false, _) => today,
        (true, Language::En) => format!("How the nodes stood then is not kept. {today}"),
        (true, Language::ZhCn) => format!("当时各节点的状态没有保存。{today}"),
    })
}

fn order_now(explanation: &Explanation, language: Language) -> String {
    let names: Vec<&str> = explanation
        .candidates
        .iter()
        .map(|node| node.as_str())
        .collect();
    match (names.split_first(), language) {
        (None, Language::En) => "At present no node comes into question.".to_owned(),
        (None, Language::ZhCn) => "目前没有合适的节点。".to_owned(),
        (Some((first, [])), Language::En) => {
            format!("At present only {first} comes into question.")
        }
        (Some((first, [])), Language::ZhCn) => format!("目前只有 {first} 合适。"),
        (Some((first, rest)), Language::En) => format!(
            "At present {first} comes first; after it {}.",
            rest.join(", ")
        ),
        (Some((first, rest)), Language::ZhCn) => {
            format!("目前首选 {first}；其后依次为 {}。", rest.join("、"))
        }
    }
}

/// Why a node is left out, in words.
pub fn excluded(why: Excluded, language: Language) -> &'static str {
    let (en, zh) = match why {
        Excluded::PinnedElsewhere => ("the job is bound to another node", "任务指定了另一个节点"),
        Excluded::Project => (
            "it does not serve the job's project",
            "不服务于该任务的项目",
        ),
        Excluded::Labels => (
            "its labels do not meet the job's conditions",
            "标签不符合任务的条件",
        ),
        Excluded::NoWeight => ("its weight is 0", "权重为 0"),
        Excluded::Gone => ("it is not there", "不在线"),
        Excluded::Draining => ("it is being drained", "正在排空"),
        Excluded::ClockSuspect => ("it does not trust its clock", "时钟不可信"),
        Excluded::NoFailover => (
            "the job stays with its own node, without failover",
            "任务固定在自己的节点上，不转移",
        ),
    };
    match language {
        Language::En => en,
        Language::ZhCn => zh,
    }
}

fn state(state: RunState, language: Language) -> &'static str {
    let (en, zh) = match state {
        RunState::Claimed => ("is about to start", "即将启动"),
        RunState::Running => ("runs", "正在运行"),
        RunState::Succeeded => ("succeeded", "成功"),
        RunState::Failed => ("failed", "失败"),
        RunState::TimedOut => ("ran into its timeout", "超时"),
        RunState::Killed => ("was killed", "已终止"),
        RunState::Lost => ("is lost", "下落不明"),
        RunState::Skipped => ("was skipped", "已跳过"),
        RunState::Rejected => ("was rejected", "已拒绝"),
    };
    match language {
        Language::En => en,
        Language::ZhCn => zh,
    }
}

fn reason(why: Reason, language: Language) -> &'static str {
    let (en, zh) = match why {
        Reason::Misfire => ("it was too late to start", "错过启动期限"),
        Reason::Overlap => ("the run before it was still going", "上一次运行尚未结束"),
        Reason::Deadline => ("it could not start in time", "未能在期限内启动"),
        Reason::ExcludedDay => (
            "a calendar of the job leaves that day out",
            "任务的日历排除了这一天",
        ),
        Reason::Paused => ("the job was paused", "任务处于暂停"),
        Reason::Edited => ("the job was edited meanwhile", "任务在此期间被修改"),
        Reason::Clock => ("the clock was not to be trusted", "时钟不可信"),
        Reason::Capacity => ("every slot was taken", "没有空闲的运行名额"),
        Reason::Cancelled => ("it was withdrawn", "请求已撤回"),
        Reason::Expired => ("nobody took it in time", "请求已过期"),
        Reason::JobDeleted => ("the job was deleted", "任务已删除"),
        Reason::Definition => ("its definition cannot be used", "定义无法使用"),
        Reason::Parameters => ("what it was given does not fit", "给定的参数不符合要求"),
        Reason::RunAs => ("the node refuses its user", "节点不允许以该用户运行"),
        Reason::Decrypt => (
            "the node cannot open a secret of it",
            "节点无法解开它的密文",
        ),
        Reason::Policy => ("the node refuses the address", "节点不允许连接该地址"),
        Reason::HttpConnect => ("nobody answers at its address", "无法连接目标地址"),
        Reason::HttpTls => ("whoever answers cannot be trusted", "无法信任对方的证书"),
        Reason::HttpStatus => (
            "the answer has an unexpected status",
            "响应状态码不符合预期",
        ),
        Reason::HttpContent => (
            "the answer does not contain what it must",
            "响应中没有要求的内容",
        ),
        Reason::HttpRedirect => (
            "the answer points to where nobody goes on",
            "响应指向无法继续的地址",
        ),
        Reason::HttpResponse => ("the answer broke off or is none", "响应中断或无效"),
        Reason::AgentRestarted => ("the agent restarted during the call", "调用期间代理重启"),
        Reason::ExitCode => ("its program ended with an error", "程序以错误码退出"),
        Reason::Signal => ("its program was ended by a signal", "程序被信号终止"),
        Reason::CouldNotStart => ("its program could not be started", "程序无法启动"),
        Reason::HostReboot => ("the host restarted", "主机重启"),
        Reason::AgentDiskFull => ("the agent's disk was full", "代理的磁盘已满"),
        Reason::OutOfMemory => ("memory ran out", "内存不足"),
        Reason::BeforeStart => ("before it started", "启动之前"),
        Reason::Replaced => (
            "the job's next occurrence took its place",
            "被下一次运行取代",
        ),
        Reason::Unreaped => ("some of its processes live on", "部分进程未能结束"),
        Reason::Crashed => ("its supervisor went away", "监督进程消失"),
        Reason::CrashedAtStart => ("the agent crashed before it started", "代理在启动前崩溃"),
        Reason::OwnerGone => ("its node is gone", "所在节点已离线"),
        Reason::NoEvidence => ("its node's disk is gone", "节点的磁盘已丢失"),
        Reason::NoRecord => ("nothing was left of it", "没有留下任何记录"),
    };
    match language {
        Language::En => en,
        Language::ZhCn => zh,
    }
}
