import { onScopeDispose, ref, shallowReactive } from 'vue'
import { catalogue, type CommandId, type Menu } from './catalogue'
import { isOfField, KeySequence, pressName } from './keyboard'

/** What a screen offers under a command's name. */
export interface Offer {
  run: () => void
  /** Whether it may be used now; always, if absent. */
  allowed?: () => boolean
}

interface Standing extends Offer {
  /** Later offers have higher numbers. */
  since: number
}

// The newest offer of a name, and of a key, counts: what opened last is in front.
const offers = shallowReactive(new Map<CommandId, Standing[]>())
let serial = 0

/** Why nothing can be changed. */
export type Blocked = 'away' | 'readOnly'

const blocked = ref<Blocked | null>(null)

/** While there is a reason, commands that change what is stored are not offered, and buttons that do say it. */
export function blockWriting(why: Blocked | null): void {
  blocked.value = why
}

/** Why nothing can be changed now; null while it can. */
export const writingIsBlocked = () => blocked.value

/** Offers commands for as long as the component lives. */
export function useCommands(offered: Partial<Record<CommandId, Offer | (() => void)>>): void {
  const mine = Object.entries(offered).map(
    ([id, offer]) =>
      [
        id as CommandId,
        { since: (serial += 1), ...(typeof offer === 'function' ? { run: offer } : offer) },
      ] as const,
  )
  for (const [id, offer] of mine) offers.set(id, [...(offers.get(id) ?? []), offer])
  onScopeDispose(() => {
    for (const [id, offer] of mine) {
      const left = (offers.get(id) ?? []).filter((each) => each !== offer)
      if (left.length) offers.set(id, left)
      else offers.delete(id)
    }
  })
}

/** The offer that counts, if it may be used now. */
export function offerOf(id: CommandId): Standing | undefined {
  if (blocked.value && catalogue.find((entry) => entry.id === id)?.writes) return undefined
  return offers.get(id)?.findLast((offer) => offer.allowed?.() ?? true)
}

/** The commands that may be used now. */
export function offeredCommands() {
  return catalogue.filter((entry) => offerOf(entry.id))
}

/** The commands of a context menu that may be used now. */
export function menuCommands(menu: Menu) {
  return catalogue.filter((entry) => entry.menus?.includes(menu) && offerOf(entry.id))
}

/** The command that a key means now: of several the one of what opened last. */
function commandOf(shortcut: string): Offer | undefined {
  const meant = catalogue
    .filter((entry) => entry.keys.includes(shortcut))
    .flatMap((entry) => offerOf(entry.id) ?? [])
  return meant.reduce<Standing | undefined>(
    (last, each) => (last && last.since > each.since ? last : each),
    undefined,
  )
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Enter and the arrows belong to the button, the menu or the dialog that has them. */
const owned = (target: EventTarget | null, name: string) =>
  target instanceof HTMLElement &&
  /^(Enter|Space|Arrow\w+)$/.test(name) &&
  target.closest('button, a, [role=menu], [role=listbox], [role=switch], [role=radiogroup]') !== null

/** Obeys the keyboard until the given signal. */
export function listenToKeyboard(signal: AbortSignal): void {
  const sequence = new KeySequence()
  const onKey = (event: KeyboardEvent) => {
    const name = pressName(event)
    if (event.defaultPrevented || event.isComposing || name === null) return
    const chord = name.startsWith('mod+')
    if (typing(event.target) && (!chord || isOfField(name))) return
    const apart = owned(event.target, name) || document.querySelector('[role=dialog], [role=menu]')
    if (apart && (!chord || isOfField(name))) return
    for (const shortcut of sequence.press(name, event.timeStamp)) {
      const meant = commandOf(shortcut)
      if (!meant) continue
      event.preventDefault()
      sequence.clear()
      meant.run()
      return
    }
  }
  window.addEventListener('keydown', onKey, { signal })
}
