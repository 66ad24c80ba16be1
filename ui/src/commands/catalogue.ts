import type { en } from '../i18n/en'

/** Where a command stands on the shortcut sheet. */
export type Group = 'everywhere' | 'list' | 'job' | 'run'

type Titles = (typeof en)['command']

/** A command's title is `command.<id>` in each language. */
export type CommandId = { [Area in keyof Titles]: `${Area}.${keyof Titles[Area] & string}` }[keyof Titles]

/** What is known of a command while no screen offers it. */
export interface CommandEntry {
  id: CommandId
  group: Group
  /** Each is one way; keys of a sequence are parted by a space; `mod` is Ctrl, on macOS ⌘. */
  keys: readonly string[]
  icon: string
}

/** Every command there is: the palette, the keyboard and the shortcut sheet read this list. */
export const catalogue: readonly CommandEntry[] = [
  { id: 'app.palette', group: 'everywhere', keys: ['mod+k'], icon: 'i-lucide-search' },
  { id: 'app.shortcuts', group: 'everywhere', keys: ['?'], icon: 'i-lucide-keyboard' },
  { id: 'go.jobs', group: 'everywhere', keys: ['g j'], icon: 'i-lucide-calendar-clock' },
  { id: 'go.runs', group: 'everywhere', keys: ['g r'], icon: 'i-lucide-list-video' },
  { id: 'go.deleted', group: 'everywhere', keys: [], icon: 'i-lucide-archive-restore' },
  { id: 'app.back', group: 'everywhere', keys: ['Escape'], icon: 'i-lucide-arrow-left' },
  { id: 'app.theme', group: 'everywhere', keys: [], icon: 'i-lucide-sun-moon' },
  { id: 'app.language', group: 'everywhere', keys: [], icon: 'i-lucide-languages' },
  { id: 'app.fold', group: 'everywhere', keys: [], icon: 'i-lucide-panel-left' },
  { id: 'agent.start', group: 'everywhere', keys: [], icon: 'i-lucide-power' },
  { id: 'list.filter', group: 'list', keys: ['/'], icon: 'i-lucide-list-filter' },
  { id: 'list.down', group: 'list', keys: ['j', 'ArrowDown'], icon: 'i-lucide-arrow-down' },
  { id: 'list.up', group: 'list', keys: ['k', 'ArrowUp'], icon: 'i-lucide-arrow-up' },
  { id: 'list.open', group: 'list', keys: ['Enter'], icon: 'i-lucide-corner-down-left' },
  { id: 'list.barLeft', group: 'list', keys: ['ArrowLeft'], icon: 'i-lucide-chevron-left' },
  { id: 'list.barRight', group: 'list', keys: ['ArrowRight'], icon: 'i-lucide-chevron-right' },
  { id: 'job.run', group: 'job', keys: ['r'], icon: 'i-lucide-play' },
  { id: 'job.pause', group: 'job', keys: ['p'], icon: 'i-lucide-pause' },
  { id: 'job.log', group: 'job', keys: ['l'], icon: 'i-lucide-scroll-text' },
  { id: 'job.history', group: 'job', keys: ['h'], icon: 'i-lucide-history' },
  { id: 'run.kill', group: 'job', keys: ['x'], icon: 'i-lucide-octagon-x' },
  { id: 'log.search', group: 'run', keys: ['/'], icon: 'i-lucide-search' },
  { id: 'log.next', group: 'run', keys: ['n'], icon: 'i-lucide-arrow-down' },
  { id: 'log.previous', group: 'run', keys: ['N'], icon: 'i-lucide-arrow-up' },
  { id: 'log.follow', group: 'run', keys: ['f'], icon: 'i-lucide-arrow-down-to-line' },
  { id: 'log.firstError', group: 'run', keys: ['e'], icon: 'i-lucide-triangle-alert' },
  { id: 'log.wrap', group: 'run', keys: ['w'], icon: 'i-lucide-wrap-text' },
  { id: 'log.times', group: 'run', keys: ['t'], icon: 'i-lucide-clock' },
  { id: 'log.ansi', group: 'run', keys: ['a'], icon: 'i-lucide-palette' },
  { id: 'run.link', group: 'run', keys: ['c'], icon: 'i-lucide-link' },
  { id: 'run.save', group: 'run', keys: ['s'], icon: 'i-lucide-download' },
  { id: 'run.definition', group: 'run', keys: ['v'], icon: 'i-lucide-file-clock' },
]
