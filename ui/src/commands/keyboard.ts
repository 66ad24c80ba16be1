const SEQUENCE_MS = 1000

/** What of a key press decides. */
export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** How a press is written in the catalogue; null for one that no shortcut uses. */
export function pressName(press: Press): string | null {
  if (press.altKey) return null
  const key = press.key.length === 1 && (press.ctrlKey || press.metaKey) ? press.key.toLowerCase() : press.key
  return press.ctrlKey || press.metaKey ? `mod+${key}` : key
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
    ArrowDown: '↓',
    ArrowUp: '↑',
    ArrowLeft: '←',
    ArrowRight: '→',
    N: 'Shift N',
  }
  return shortcut
    .split(' ')
    .map((step) => step.split('+').map((key) => caps[key] ?? (key.length === 1 ? key.toUpperCase() : key)))
}
