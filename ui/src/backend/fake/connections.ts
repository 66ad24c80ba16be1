import type { Backend } from '../backend'
import type {
  ConnectionFault,
  ConnectionForm,
  ConnectionList,
  ConnectionMistake,
  ConnectionRow,
  Hello,
  Keeping,
  Ladder,
  LadderNews,
  Rung,
  Step,
} from '../types'
import { refuse, type FakeWorld } from './world'

const RUNG_MS = 40
const PASSPHRASE = 'tower'

const rungs: readonly Rung[] = [
  'settings',
  'etcd_name',
  'etcd_tcp',
  'etcd_tls',
  'etcd_sign_in',
  'etcd_version',
  'prefix',
  'facts',
  'history_name',
  'history_tcp',
  'history_tls',
  'history_sign_in',
  'history_database',
  'schema',
  'clock',
]

const empty: ConnectionForm = {
  name: '',
  environment: 'test',
  read_only: false,
  cluster: '',
  endpoints: '',
  user: '',
  password: 'none',
  password_file: '',
  ca: '',
  cert: '',
  key: '',
  insecure: false,
  prefix: '',
  history_url: '',
  history_password: 'none',
  history_url_file: '',
  history_ca: '',
  history_insecure: false,
}

const cluster = (name: string, more: Partial<ConnectionForm>): ConnectionForm => ({
  ...empty,
  name,
  cluster: 'main',
  endpoints: `https://etcd-1.${name}.example:2379, https://etcd-2.${name}.example:2379`,
  user: 'lin',
  password: 'kept',
  history_url: `mysql://lin@db.${name}.example/belfry`,
  history_password: 'kept',
  ...more,
})

const saved = (): ConnectionForm[] => [
  cluster('eu-test', {}),
  cluster('eu-staging', { environment: 'staging', insecure: true }),
  cluster('eu-prod', { environment: 'production' }),
  cluster('eu-prod-view', { environment: 'production', read_only: true }),
]

/** Made-up connections to one made-up world, which looks the same through each of them. */
export class FakeConnections {
  shown: string
  private forms: ConnectionForm[]
  private keeping: Keeping
  private readonly listeners = new Set<(news: LadderNews) => void>()

  constructor(
    private readonly world: FakeWorld,
    shown: string,
  ) {
    this.forms = world.variant === 'empty' ? [] : saved()
    this.shown = this.forms.some((form) => form.name === shown) ? shown : ''
    this.keeping = world.variant === 'empty' ? 'new' : 'keychain'
  }

  /** Whether the connection that is shown may only be read. */
  get readOnly(): boolean {
    return this.forms.find((form) => form.name === this.shown)?.read_only ?? false
  }

  hello(): Hello {
    const hello = this.world.hello()
    const form = this.forms.find((each) => each.name === this.shown)
    if (!form) return hello
    return {
      ...hello,
      profile: form.name,
      embedded: false,
      data_dir: form.endpoints,
      environment: form.environment,
      read_only: form.read_only,
      away: this.isAway() ? 'could not reach etcd: connection refused' : null,
    }
  }

  /** The commands of this area; `answer` makes plain copies. */
  commands(answer: <T>(value: () => T) => Promise<T>) {
    return {
      connectionsList: () => answer(() => this.list()),
      connectionShow: ({ name }) => answer(() => void (this.shown = name ? this.form(name).name : '')),
      connectionForm: ({ name }) => answer(() => (name ? this.form(name) : empty)),
      connectionSave: ({ form, before }) => answer(() => this.save(form, before)),
      connectionDelete: ({ name }) => answer(() => this.remove(name)),
      connectionTest: ({ id, form, before }) => this.test(id, form, before),
      secretsUnlock: ({ passphrase }) => answer(() => this.unlock(passphrase)),
      connectionsExport: () => answer(() => '/home/lin/profiles.toml'),
      connectionsImport: () => answer(() => ({ added: [], left: this.forms.map((form) => form.name) })),
      onLadder: async (listener) => {
        this.listeners.add(listener)
        return () => void this.listeners.delete(listener)
      },
    } satisfies Partial<Backend>
  }

  private isAway(): boolean {
    return this.world.variant === 'down'
  }

  private form(name: string): ConnectionForm {
    return (
      this.forms.find((form) => form.name === name) ??
      refuse('not_found', `there is no profile "${name}": none is saved`)
    )
  }

  private list(): ConnectionList {
    const here: ConnectionRow = {
      name: '',
      environment: 'test',
      read_only: false,
      place: this.world.hello().data_dir,
      insecure: false,
      state: 'open',
      trouble: null,
    }
    const rows = [...this.forms].sort((a, b) => a.name.localeCompare(b.name)).map((form) => this.row(form))
    return { shown: this.shown, rows: [here, ...rows], keeping: this.keeping }
  }

  private row(form: ConnectionForm): ConnectionRow {
    const isShown = form.name === this.shown
    return {
      name: form.name,
      environment: form.environment,
      read_only: form.read_only,
      place: form.endpoints,
      insecure: form.insecure || form.history_insecure,
      state: !isShown ? 'closed' : this.isAway() ? 'away' : 'open',
      trouble: isShown && this.isAway() ? 'could not reach etcd: connection refused' : null,
    }
  }

  private mistakes(form: ConnectionForm, before: string): ConnectionMistake[] {
    const found: ConnectionMistake[] = []
    const wrong = (field: keyof ConnectionForm, kind: ConnectionFault, text = '') =>
      found.push({ field, kind, text })
    const isTaken = form.name !== before && this.forms.some((each) => each.name === form.name)
    if (!form.name) wrong('name', 'missing')
    else if (!/^[a-z0-9][a-z0-9._-]*$/.test(form.name)) wrong('name', 'no_name', form.name)
    else if (isTaken) wrong('name', 'taken', form.name)
    if (!form.cluster) wrong('cluster', 'missing')
    if (!form.endpoints) wrong('endpoints', 'missing')
    if (form.user && form.password === 'none' && !form.password_file) wrong('password', 'missing')
    if (!form.history_url && !form.history_url_file) wrong('history_url', 'missing')
    else if (/:\/\/[^/]*:[^/]*@/.test(form.history_url)) wrong('history_url', 'holds_password')
    return found
  }

  private needSecrets(form: ConnectionForm): void {
    const isNew = typeof form.password === 'object' || typeof form.history_password === 'object'
    if (isNew && (this.keeping === 'locked' || this.keeping === 'new')) {
      refuse('locked', 'the file of secrets is closed: its passphrase is needed')
    }
  }

  private save(form: ConnectionForm, before: string): { mistakes: ConnectionMistake[] } {
    const mistakes = this.mistakes(form, before)
    if (mistakes.length) return { mistakes }
    this.needSecrets(form)
    const kept = (wish: ConnectionForm['password']) => (wish === 'none' ? 'none' : 'kept')
    const entry = {
      ...form,
      password: kept(form.password),
      history_password: kept(form.history_password),
    } as ConnectionForm
    this.forms = [...this.forms.filter((each) => each.name !== before), entry]
    if (this.shown && this.shown === before) this.shown = form.name
    return { mistakes: [] }
  }

  private remove(name: string): void {
    this.forms = this.forms.filter((form) => form.name !== name)
    if (this.shown === name) this.shown = ''
  }

  private unlock(passphrase: string): void {
    if (this.keeping === 'locked' && passphrase !== PASSPHRASE)
      refuse('locked', 'this is not the passphrase of the file of secrets')
    this.keeping = 'open'
  }

  /** Climbs rung by rung; an address with `away` in it cannot be reached. */
  private async test(id: string, form: ConnectionForm, before: string) {
    const mistakes = this.mistakes(form, before)
    if (mistakes.length) return { mistakes, ladder: null }
    const steps: Step[] = rungs.map((rung) => ({ rung, state: 'unknown', hint: '' }))
    const isAway = form.endpoints.includes('away')
    for (const step of steps) {
      if (isAway && step.rung.startsWith('etcd_') && step.rung !== 'etcd_name') {
        if (step.rung !== 'etcd_tcp') continue
        Object.assign(step, {
          state: 'failed',
          hint: `could not connect to ${form.endpoints}: connection refused; is etcd running there?`,
        })
      } else if (!isAway || !['prefix', 'facts', 'clock'].includes(step.rung)) step.state = 'good'
      if (step.rung === 'facts' && step.state === 'good') step.hint = 'cluster 5f0c1d2e'
      await new Promise((done) => setTimeout(done, RUNG_MS))
      const ladder: Ladder = structuredClone({ steps })
      for (const listener of this.listeners) listener({ id, ladder })
    }
    return { mistakes: [], ladder: { steps } }
  }
}
