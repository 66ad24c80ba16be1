import type { en } from '../i18n/en'

/** Where a command stands on the shortcut sheet. */
export type Group = 'everywhere' | 'list' | 'job' | 'run' | 'editor'

/** What a context menu is of: the nearest element around it that has `data-menu`. */
export type Menu = 'job' | 'run' | 'log' | 'view' | 'node'

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
  /** The context menus that it stands in, in the order of the catalogue. */
  menus?: readonly Menu[]
  /** Drawn as a warning; it asks before it does anything. */
  danger?: boolean
  /** Changes what is stored: not offered while nothing can be changed. */
  writes?: boolean
}

/** Every command there is: the palette, the keyboard and the shortcut sheet read this list. */
export const catalogue: readonly CommandEntry[] = [
  { id: 'app.palette', group: 'everywhere', keys: ['mod+k'], icon: 'i-lucide-search' },
  { id: 'app.shortcuts', group: 'everywhere', keys: ['?'], icon: 'i-lucide-keyboard' },
  { id: 'job.new', group: 'everywhere', keys: ['mod+n', 'n'], icon: 'i-lucide-plus', writes: true },
  { id: 'go.jobs', group: 'everywhere', keys: ['g j'], icon: 'i-lucide-calendar-clock' },
  { id: 'go.runs', group: 'everywhere', keys: ['g r'], icon: 'i-lucide-list-video' },
  { id: 'go.nodes', group: 'everywhere', keys: ['g n'], icon: 'i-lucide-server' },
  { id: 'go.timeline', group: 'everywhere', keys: ['g t'], icon: 'i-lucide-chart-gantt' },
  { id: 'go.overview', group: 'everywhere', keys: ['g o'], icon: 'i-lucide-layout-dashboard' },
  { id: 'go.explain', group: 'everywhere', keys: ['g e'], icon: 'i-lucide-message-circle-question' },
  { id: 'go.connections', group: 'everywhere', keys: ['g c'], icon: 'i-lucide-plug' },
  { id: 'connection.other', group: 'everywhere', keys: ['mod+p'], icon: 'i-lucide-arrow-left-right' },
  { id: 'go.settings', group: 'everywhere', keys: ['mod+,'], icon: 'i-lucide-settings' },
  { id: 'app.menu', group: 'everywhere', keys: ['ContextMenu', 'shift+F10'], icon: 'i-lucide-menu' },
  { id: 'app.undo', group: 'everywhere', keys: ['mod+z'], icon: 'i-lucide-undo-2' },
  { id: 'go.deleted', group: 'everywhere', keys: [], icon: 'i-lucide-archive-restore' },
  { id: 'app.back', group: 'everywhere', keys: ['Escape'], icon: 'i-lucide-arrow-left' },
  { id: 'app.theme', group: 'everywhere', keys: [], icon: 'i-lucide-sun-moon' },
  { id: 'app.language', group: 'everywhere', keys: [], icon: 'i-lucide-languages' },
  { id: 'app.fold', group: 'everywhere', keys: [], icon: 'i-lucide-panel-left' },
  { id: 'files.open', group: 'everywhere', keys: ['mod+o'], icon: 'i-lucide-folder-open' },
  { id: 'files.crontab', group: 'everywhere', keys: [], icon: 'i-lucide-file-input' },
  { id: 'files.save', group: 'everywhere', keys: [], icon: 'i-lucide-file-output' },
  { id: 'files.copy', group: 'everywhere', keys: [], icon: 'i-lucide-clipboard-copy' },
  { id: 'agent.start', group: 'everywhere', keys: [], icon: 'i-lucide-power' },
  { id: 'list.filter', group: 'list', keys: ['/'], icon: 'i-lucide-list-filter' },
  { id: 'list.down', group: 'list', keys: ['j', 'ArrowDown'], icon: 'i-lucide-arrow-down' },
  { id: 'list.up', group: 'list', keys: ['k', 'ArrowUp'], icon: 'i-lucide-arrow-up' },
  {
    id: 'list.open',
    group: 'list',
    keys: ['Enter'],
    icon: 'i-lucide-corner-down-left',
    menus: ['job', 'run', 'node'],
  },
  { id: 'list.select', group: 'list', keys: ['Space'], icon: 'i-lucide-square-check', menus: ['job'] },
  { id: 'list.selectDown', group: 'list', keys: ['shift+ArrowDown', 'J'], icon: 'i-lucide-arrow-down' },
  { id: 'list.selectUp', group: 'list', keys: ['shift+ArrowUp', 'K'], icon: 'i-lucide-arrow-up' },
  { id: 'list.selectAll', group: 'list', keys: ['mod+a'], icon: 'i-lucide-list-checks', menus: ['job'] },
  { id: 'list.barLeft', group: 'list', keys: ['ArrowLeft'], icon: 'i-lucide-chevron-left' },
  { id: 'list.barRight', group: 'list', keys: ['ArrowRight'], icon: 'i-lucide-chevron-right' },
  { id: 'view.save', group: 'list', keys: ['b'], icon: 'i-lucide-bookmark-plus' },
  { id: 'view.copy', group: 'list', keys: [], icon: 'i-lucide-copy', menus: ['view'] },
  { id: 'view.remove', group: 'list', keys: [], icon: 'i-lucide-bookmark-x', menus: ['view'] },
  { id: 'job.edit', group: 'job', keys: ['e'], icon: 'i-lucide-pencil', menus: ['job'], writes: true },
  {
    id: 'job.duplicate',
    group: 'job',
    keys: ['d'],
    icon: 'i-lucide-copy-plus',
    menus: ['job'],
    writes: true,
  },
  { id: 'job.run', group: 'job', keys: ['r'], icon: 'i-lucide-play', menus: ['job', 'run'], writes: true },
  { id: 'job.pause', group: 'job', keys: ['p'], icon: 'i-lucide-pause', menus: ['job'], writes: true },
  { id: 'job.resume', group: 'job', keys: ['P'], icon: 'i-lucide-circle-play', menus: ['job'], writes: true },
  { id: 'job.log', group: 'job', keys: ['l'], icon: 'i-lucide-scroll-text', menus: ['job'] },
  { id: 'job.history', group: 'job', keys: ['h'], icon: 'i-lucide-history', menus: ['job'] },
  {
    id: 'job.explain',
    group: 'job',
    keys: ['y'],
    icon: 'i-lucide-message-circle-question',
    menus: ['job', 'run'],
  },
  { id: 'job.star', group: 'job', keys: ['s'], icon: 'i-lucide-star', menus: ['job'], writes: true },
  { id: 'job.tag', group: 'job', keys: ['t'], icon: 'i-lucide-tags', menus: ['job'], writes: true },
  { id: 'job.export', group: 'job', keys: [], icon: 'i-lucide-download', menus: ['job'] },
  { id: 'job.copyName', group: 'job', keys: ['c'], icon: 'i-lucide-copy', menus: ['job'] },
  {
    id: 'run.kill',
    writes: true,
    group: 'job',
    keys: ['x'],
    icon: 'i-lucide-octagon-x',
    menus: ['job', 'run'],
    danger: true,
  },
  {
    id: 'job.delete',
    writes: true,
    group: 'job',
    keys: ['Delete'],
    icon: 'i-lucide-trash-2',
    menus: ['job'],
    danger: true,
  },
  { id: 'node.invite', group: 'list', keys: [], icon: 'i-lucide-server-cog', writes: true },
  {
    id: 'node.drain',
    group: 'list',
    keys: [],
    icon: 'i-lucide-circle-arrow-down',
    menus: ['node'],
    writes: true,
  },
  {
    id: 'node.undrain',
    group: 'list',
    keys: [],
    icon: 'i-lucide-circle-play',
    menus: ['node'],
    writes: true,
  },
  { id: 'node.reload', group: 'list', keys: [], icon: 'i-lucide-rotate-cw', menus: ['node'], writes: true },
  { id: 'node.note', group: 'list', keys: ['e'], icon: 'i-lucide-tags', menus: ['node'], writes: true },
  {
    id: 'node.remove',
    group: 'list',
    keys: ['Delete'],
    icon: 'i-lucide-trash-2',
    menus: ['node'],
    writes: true,
    danger: true,
  },
  { id: 'log.search', group: 'run', keys: ['/'], icon: 'i-lucide-search', menus: ['log'] },
  { id: 'log.next', group: 'run', keys: ['n'], icon: 'i-lucide-arrow-down', menus: ['log'] },
  { id: 'log.previous', group: 'run', keys: ['N'], icon: 'i-lucide-arrow-up', menus: ['log'] },
  { id: 'log.follow', group: 'run', keys: ['f'], icon: 'i-lucide-arrow-down-to-line', menus: ['log'] },
  { id: 'log.firstError', group: 'run', keys: ['e'], icon: 'i-lucide-triangle-alert', menus: ['log'] },
  { id: 'log.wrap', group: 'run', keys: ['w'], icon: 'i-lucide-wrap-text', menus: ['log'] },
  { id: 'log.times', group: 'run', keys: ['t'], icon: 'i-lucide-clock', menus: ['log'] },
  { id: 'log.ansi', group: 'run', keys: ['a'], icon: 'i-lucide-palette', menus: ['log'] },
  { id: 'run.release', group: 'run', keys: [], icon: 'i-lucide-lock-open', writes: true },
  { id: 'run.link', group: 'run', keys: ['c'], icon: 'i-lucide-link' },
  { id: 'run.save', group: 'run', keys: ['s'], icon: 'i-lucide-download' },
  { id: 'run.definition', group: 'run', keys: ['v'], icon: 'i-lucide-file-clock' },
  { id: 'editor.save', group: 'editor', keys: ['mod+Enter'], icon: 'i-lucide-check' },
  { id: 'editor.try', group: 'editor', keys: ['mod+e'], icon: 'i-lucide-flask-conical' },
]
