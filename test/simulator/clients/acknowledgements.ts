/** What was sent over one socket and waits for its SyncStatus. `Edit` is whatever the caller knows an edit by. */
export interface Acknowledgements<Edit> {
  /**
   * A frame that will be answered went out. `mayOvertake`: the server may find nothing new in it (it only deletes,
   * or was sent before) and answer it at once, before what it is still committing.
   */
  sent(frame: { readonly edits: readonly Edit[]; readonly mayOvertake: boolean }): void
  /** A SyncStatus came in. */
  received(isStored: boolean): void
  readonly isEmpty: boolean
}

export interface AcknowledgementsDeps<Edit> {
  /** Called once for every edit of a frame when its answer is certain. */
  readonly answered: (edit: Edit, isStored: boolean) => void
}

/**
 * Tells which edits are acknowledged, erring on the late side only. A SyncStatus does not say which frame it
 * answers. They come in the order of sending, but for those that overtake: so the oldest frame counts as answered
 * when more answers have come than frames behind it could have overtaken it.
 */
export function createAcknowledgements<Edit>({
  answered,
}: AcknowledgementsDeps<Edit>): Acknowledgements<Edit> {
  const waiting: { readonly edits: readonly Edit[]; readonly mayOvertake: boolean; isDoubtful: boolean }[] =
    []
  let answers = 0
  let overtaking = 0

  return {
    sent({ edits, mayOvertake }) {
      waiting.push({ edits, mayOvertake, isDoubtful: false })
      if (mayOvertake) overtaking++
    },
    received(isStored) {
      answers++
      // Which of them was refused cannot be told: none of those under way may be taken for stored.
      if (!isStored) for (const frame of waiting) frame.isDoubtful = true
      for (let head = waiting[0]; head !== undefined; head = waiting[0]) {
        if (answers <= overtaking - (head.mayOvertake ? 1 : 0)) break
        waiting.shift()
        answers--
        if (head.mayOvertake) overtaking--
        for (const edit of head.edits) answered(edit, !head.isDoubtful)
      }
    },
    get isEmpty() {
      return waiting.length === 0
    },
  }
}
