import type { RunState, TimelineLane } from '../../backend/types'
import { stateColour } from '../../marks/state'
import { LANE, placeOf, type Span } from './lanes'

/** What is drawn, and how. */
export interface Scene {
  span: Span
  now: number
  lanes: readonly TimelineLane[]
  /** The number of the first of the lanes, and how much is scrolled away. */
  first: number
  scrolled: number
  width: number
  height: number
  lines: readonly number[]
  colour: (token: string) => string
  selected: number
}

const MARK_HEIGHT = 14
const LEAST_WIDTH = 3

/** Draws all lanes that are in view; thousands of marks take a few milliseconds. */
export function draw(context: CanvasRenderingContext2D, scene: Scene): void {
  const { width, height, span, colour } = scene
  context.clearRect(0, 0, width, height)
  context.fillStyle = colour('--line')
  for (const at of scene.lines) context.fillRect(Math.round(placeOf(at, span, width)), 0, 1, height)
  scene.lanes.forEach((lane, index) => {
    const y = (scene.first + index) * LANE - scene.scrolled
    if (y > -LANE && y < height) drawLane(context, scene, lane, y, scene.first + index === scene.selected)
  })
  const now = placeOf(scene.now, span, width)
  context.fillStyle = colour('--accent')
  if (now >= 0 && now <= width) context.fillRect(Math.round(now), 0, 2, height)
}

function drawLane(
  context: CanvasRenderingContext2D,
  { span, width, now, colour }: Scene,
  lane: TimelineLane,
  y: number,
  isSelected: boolean,
): void {
  if (isSelected) {
    context.fillStyle = colour('--selected')
    context.fillRect(0, y, width, LANE)
  }
  context.fillStyle = colour('--line')
  context.fillRect(0, y + LANE - 1, width, 1)
  const top = y + (LANE - MARK_HEIGHT) / 2
  for (const run of [...lane.runs].reverse()) {
    const from = placeOf(Date.parse(run.at), span, width)
    const end = run.until ? Date.parse(run.until) : run.state === 'running' ? now : Date.parse(run.at)
    const length = Math.max(LEAST_WIDTH, placeOf(end, span, width) - from)
    context.fillStyle = colour(tokenOf(run.state))
    // What never started is low, as on the strips.
    const low = run.state === 'skipped' ? 5 : 0
    context.fillRect(from, top + low, length, MARK_HEIGHT - 2 * low)
  }
  context.strokeStyle = colour('--muted')
  context.lineWidth = 1
  for (const at of lane.next) {
    const x = Math.round(placeOf(Date.parse(at), span, width)) + 0.5
    context.strokeRect(x - 1.5, top + 2, 3, MARK_HEIGHT - 4)
  }
}

const tokenOf = (state: RunState) => /var\((.*)\)/.exec(stateColour[state])?.[1] ?? '--muted'
