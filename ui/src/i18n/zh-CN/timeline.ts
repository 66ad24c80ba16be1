import type { timeline as english } from '../en/timeline'

/** 时间线，简体中文。 */
export const timeline: typeof english = {
  timeline: {
    title: '时间线',
    by: '泳道',
    lanes: '按时间的泳道',
    job: '任务',
    node: '节点',
    zoom: '跨度',
    hour: '小时',
    day: '天',
    week: '周',
    filter: '筛选泳道',
    earlier: '更早',
    later: '更晚',
    now: '现在',
    count: '{n} 条泳道',
    cut: '运行太多，最早的没有显示。请缩短跨度或筛选。',
    canvas: '随时间的运行：{lanes} 条泳道，{since} 至 {until}',
    lane: '{name}：{runs} 次运行，{failed} 次失败，{next} 次待运行',
    run: '{job} {state}，{at}',
    next: '{job} 待运行，{at}',
    starts: '启动集中的时刻',
    startsHelp: '此跨度内将要启动的次数；不含持续启动的任务',
    noPiles: '没有集中启动。',
    pile: '{n} 个任务在 {at} 启动。',
    spread: '为其中 {n} 个设置 jitter = "{jitter}" 后，每分钟最多启动 {then} 个。',
    jobs: '例如 {names}',
    none: '没有符合条件的泳道。',
    empty: '还没有可显示的内容。',
  },
}
