export * from '../../../server/operations/come-back.ts'

/** Has everybody back in the same moment. */
export const computeComeBackMs = (): number => 700
