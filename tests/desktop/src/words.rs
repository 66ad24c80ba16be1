//! The window's words that the test reads and presses, in each language it is shown in.

/// What the window says. `ui/src/i18n` has the words themselves.
#[expect(missing_docs, reason = "each is named by what it says")]
pub struct Words {
    pub code: &'static str,
    pub theme: &'static str,
    pub no_jobs: &'static str,
    pub add_examples: &'static str,
    pub job_list: &'static str,
    /// Before and after the number of runs on a strip.
    pub last_runs: [&'static str; 2],
    pub enable: &'static str,
    pub paused: &'static str,
    pub run_now: &'static str,
    pub open_run: &'static str,
    pub open_job: &'static str,
    pub kill: &'static str,
    pub kill_asked: &'static str,
    pub running: &'static str,
    pub succeeded: &'static str,
    pub killed: &'static str,
    pub log_lines: &'static str,
    pub following: &'static str,
}

/// English, light.
pub const ENGLISH: Words = Words {
    code: "en",
    theme: "light",
    no_jobs: "There are no jobs on this computer yet.",
    add_examples: "Add the examples",
    job_list: "List of jobs",
    last_runs: ["Last ", " runs"],
    enable: "heartbeat: on",
    paused: "paused",
    run_now: "Run now",
    open_run: "Open the run",
    open_job: "Open the job",
    kill: "Kill",
    kill_asked: "waiting for confirmation",
    running: "running",
    succeeded: "succeeded",
    killed: "killed",
    log_lines: "Log lines",
    following: "Following",
};

/// Chinese, dark.
pub const CHINESE: Words = Words {
    code: "zh-CN",
    theme: "dark",
    no_jobs: "本机还没有任务。",
    add_examples: "添加示例",
    job_list: "任务列表",
    last_runs: ["最近 ", " 次"],
    enable: "启用 heartbeat",
    paused: "已暂停",
    run_now: "立即运行",
    open_run: "查看运行",
    open_job: "打开任务",
    kill: "终止",
    kill_asked: "等待确认",
    running: "运行中",
    succeeded: "成功",
    killed: "已终止",
    log_lines: "日志内容",
    following: "正在跟随",
};
