import type { Backend } from '../backend'
import type { FieldError, NodeForm, NodeFormAnswer, NodeRow } from '../types'
import type { FakeConnections } from './connections'
import { fleet, listNodes } from './nodes'
import { refuse, type FakeWorld } from './world'

type Stored = <T>(value: () => T) => Promise<T>
type Commands = Pick<
  Backend,
  'nodeAsk' | 'nodeRemove' | 'nodeForm' | 'nodeNote' | 'nodeInvite' | 'runRelease'
>

const LINE = `belfry1.412.${'bWFkZS11cC1mb3ItdGhlLXBpY3R1cmU'.repeat(13)}`
const WEIGHT_MAX = 100

const done: NodeFormAnswer = { errors: [], line: null, warnings: [] }
const words = (text: string) => text.split(/[,\s]+/).filter(Boolean)
const wrong = (path: string, code: string): FieldError => ({
  path,
  code,
  params: { field: path, max: String(WEIGHT_MAX) },
  sentence: `\`${path}\` is wrong`,
})

function mistakes(form: { weight: string; labels: string; projects?: string }): FieldError[] {
  const weight = form.weight.trim()
  return [
    ...(weight && !(Number(weight) >= 0 && Number(weight) <= WEIGHT_MAX) ? [wrong('weight', 'weight')] : []),
    ...(words(form.labels).some((word) => !word.includes('=')) ? [wrong('labels', 'label_pair')] : []),
    ...(words(form.projects ?? '').some((word) => /[^a-z0-9._-]/.test(word))
      ? [wrong('projects', 'project_name')]
      : []),
  ]
}

/** What people do to nodes. */
export function fakeNodeActions(world: FakeWorld, connections: FakeConnections, stored: Stored): Commands {
  const notes = new Map<string, NodeForm>()

  function row(node: string): NodeRow {
    if (connections.readOnly) refuse('not_permitted', 'could not change node: read-only profile')
    const known = listNodes(world, connections.shown).rows.find((each) => each.node === node)
    return known ?? refuse('not_found', `there is no node "${node}"`, { because: 'no_node', name: node })
  }

  function change(node: string, how: Partial<NodeRow>): void {
    const own = fleet.find((each) => each.node === node)
    if (own) Object.assign(own, how)
    world.flush()
  }

  const blank = (node: string): NodeForm => ({
    weight: '',
    labels: '',
    note: '',
    generation: null,
    own_weight: row(node).weight,
    own_labels: row(node).labels,
  })

  return {
    nodeAsk: ({ node, ask }) =>
      stored(() => {
        if (row(node).state === 'gone')
          refuse('invalid', `node ${node} is not there`, { because: 'node_gone', name: node })
        if (ask === 'reload') {
          const why = 'the file /etc/belfry/agent.toml has no [cluster]'
          return node === 'db-1' ? { end: 'not_done' as const, why } : { end: 'done' as const, why: '' }
        }
        change(node, { state: ask === 'drain' ? 'draining' : 'up' })
        return { end: 'done' as const, why: '' }
      }),
    nodeRemove: ({ node }) =>
      stored(() => {
        if (row(node).state !== 'gone')
          refuse('invalid', `node ${node} is there`, { because: 'node_there', name: node })
        fleet.splice(
          fleet.findIndex((each) => each.node === node),
          1,
        )
        world.flush()
        return { given_up: 2, taken_over: 1 }
      }),
    nodeForm: ({ node }) => stored(() => notes.get(node) ?? blank(node)),
    nodeNote: ({ node, form }) =>
      stored(() => {
        const before = notes.get(node) ?? blank(node)
        if (before.generation !== form.generation)
          refuse('conflict', `could not change ${node}: it was edited meanwhile`)
        const errors = mistakes(form)
        if (errors.length) return { ...done, errors }
        notes.set(node, { ...form, generation: (form.generation ?? 0) + 1 })
        change(node, {
          weight: form.weight.trim() ? Number(form.weight) : (form.own_weight ?? 1),
          labels: [...new Set([...form.own_labels, ...words(form.labels)])].sort(),
        })
        return done
      }),
    nodeInvite: ({ form }) =>
      stored(() => {
        if (connections.readOnly) refuse('not_permitted', 'read-only profile')
        const errors = mistakes(form)
        const warnings = ['etcd is reached in plain text: whoever reads the network reads the passwords']
        return errors.length ? { ...done, errors } : { ...done, line: LINE, warnings }
      }),
    runRelease: ({ runId }) =>
      stored(() => {
        const run = world.run(runId).attempts.at(-1)!
        if (run.state !== 'lost') refuse('invalid', `run ${runId} holds up nothing`, { because: 'not_held' })
        return run.node
      }),
  }
}
