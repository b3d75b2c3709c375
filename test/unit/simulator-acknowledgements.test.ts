import { describe, expect, it } from 'vitest'
import { createAcknowledgements } from '../simulator/clients/acknowledgements.ts'

function start() {
  const answered: [edit: string, isStored: boolean][] = []
  const acknowledgements = createAcknowledgements<string>({
    answered: (edit, isStored) => answered.push([edit, isStored]),
  })
  return { ...acknowledgements, acknowledgements, answered, edits: () => answered.map(([edit]) => edit) }
}

describe('what counts as acknowledged', () => {
  it('is the oldest frame, answer by answer', () => {
    const { sent, received, edits } = start()
    sent({ edits: ['a'], mayOvertake: false })
    sent({ edits: ['b', 'c'], mayOvertake: false })
    received(true)
    expect(edits()).toEqual(['a'])
    received(true)
    expect(edits()).toEqual(['a', 'b', 'c'])
  })

  it('is nothing as long as a frame behind could have been answered instead', () => {
    const { sent, received, edits, acknowledgements } = start()
    sent({ edits: ['typed'], mayOvertake: false })
    sent({ edits: ['deleted'], mayOvertake: true })
    received(true)
    expect(edits()).toEqual([])
    received(true)
    expect(edits()).toEqual(['typed', 'deleted'])
    expect(acknowledgements.isEmpty).toBe(true)
  })

  it('is a frame that could overtake and has nothing to overtake', () => {
    const { sent, received, edits } = start()
    sent({ edits: ['deleted'], mayOvertake: true })
    sent({ edits: ['typed'], mayOvertake: false })
    received(true)
    expect(edits()).toEqual(['deleted'])
  })

  it('is not what was under way when something was refused', () => {
    const { sent, received, answered } = start()
    sent({ edits: ['a'], mayOvertake: false })
    sent({ edits: ['b'], mayOvertake: false })
    received(false)
    received(true)
    sent({ edits: ['c'], mayOvertake: false })
    received(true)
    expect(answered).toEqual([
      ['a', false],
      ['b', false],
      ['c', true],
    ])
  })
})
