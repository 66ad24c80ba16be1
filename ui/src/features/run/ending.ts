import type { Reason, RunRow } from '../../backend/types'

type Translate = (key: string, params?: Record<string, unknown>) => string

const NAMED_SIGNALS = [1, 2, 3, 4, 6, 7, 8, 9, 11, 13, 15, 24, 25]
const SHELL_SIGNAL_BASE = 128

/** A signal by its name. */
export function signalWords(n: number, t: Translate): string {
  return NAMED_SIGNALS.includes(n) ? t(`signal.s${n}`) : t('signal.other', { n })
}

/** What an exit code says, by itself and by custom. */
export function exitWords(code: number, t: Translate): string {
  if (code === 0 || code === 126 || code === 127) return t(`end.exit${code}`)
  const below = code - SHELL_SIGNAL_BASE
  if (NAMED_SIGNALS.includes(below)) return t('end.exitSignal', { code, signal: signalWords(below, t) })
  return t('end.exit', { code })
}

/** How an attempt stands or ended, in one sentence or two. */
export function endingWords(run: RunRow, t: Translate): string[] {
  const reason = run.reason ? t(`reason.${run.reason}`) : ''
  const needsReason = ['skipped', 'rejected', 'failed'].includes(run.state)
  const says = run.exit_code !== null || run.signal !== null
  const parts = [
    // A plain exit says all that there is.
    says && (run.state === 'failed' || run.state === 'succeeded')
      ? null
      : needsReason && !reason
        ? t(`state.${run.state}`)
        : t(`end.${run.state}`, { reason }),
    run.exit_code === null ? null : exitWords(run.exit_code, t),
    run.signal === null ? null : t('end.signal', { signal: signalWords(run.signal, t) }),
    run.state === 'failed' && says && reason && !['exit_code', 'signal'].includes(run.reason!)
      ? t('end.failed', { reason })
      : null,
  ]
  return parts.filter((part) => part !== null)
}

/** The reason for which there is something to do; nothing after a success. */
export function adviceFor(run: RunRow): Reason | null {
  return run.state === 'succeeded' || run.state === 'killed' ? null : run.reason
}
