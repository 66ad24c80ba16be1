const SEQUENCE_MS = 1000

/** What of a key press decides. */
export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

/**
 * How a press is written in the catalogue; null for one that no shortcut uses. Shift shows in the
 * character of a key that writes one, and is named before any other.
 */
export function pressName(press: Press): string | null {
  if (press.altKey) return null
  const held = press.ctrlKey || press.metaKey
  const writes = press.key.length === 1
  const key = press.key === ' ' ? 'Space' : writes && held ? press.key.toLowerCase() : press.key
  const shift = press.shiftKey && (!writes || key === 'Space') ? 'shift+' : ''
  return `${held ? 'mod+' : ''}${shift}${key}`
}

/** Chords that a text field needs for itself. */
export function isOfField(name: string): boolean {
  return /^mod\+[acvxyz]$/.test(name)
}

/** Joins presses into sequences such as `g j`. */
export class KeySequence {
  private held: { name: string; at: number } | null = null

  /** The shortcuts that a press may complete, longest first. */
  press(name: string, at: number): string[] {
    const held = this.held && at - this.held.at <= SEQUENCE_MS ? this.held.name : null
    this.held = { name, at }
    return held ? [`${held} ${name}`, name] : [name]
  }

  clear(): void {
    this.held = null
  }
}

/** How a shortcut is drawn, key by key. */
export function keyCaps(shortcut: string, mac: boolean): string[][] {
  const caps: Record<string, string> = {
    mod: mac ? '⌘' : 'Ctrl',
    Escape: 'Esc',
    shift: 'Shift',
    ContextMenu: 'Menu',
    Delete: 'Del',
    ArrowDown: '↓',
    ArrowUp: '↑',
    ArrowLeft: '←',
    ArrowRight: '→',
  }
  return shortcut.split(' ').map((step) =>
    step
      .split('+')
      .flatMap((key) => (/^[A-Z]$/.test(key) ? ['shift', key] : [key]))
      .map((key) => caps[key] ?? (key.length === 1 ? key.toUpperCase() : key)),
  )
}
