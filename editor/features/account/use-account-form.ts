import { type UseFormReturnType, useForm } from '@mantine/form'
import { useState } from 'react'
import type { z } from 'zod'
import { describeError } from '../../api/api-error.ts'
import { listErrors } from './list-errors.ts'

export interface AccountForm<Values extends object> {
  form: UseFormReturnType<Values>
  failure: string | null
  isSending: boolean
  submit: (event?: React.FormEvent<HTMLFormElement>) => void
}

/** A form whose fields follow one of the shared schemas and whose refusal is shown in words. */
export function useAccountForm<Values extends object, Body>(
  initialValues: Values,
  schema: z.ZodType<Body>,
  send: (body: Body) => Promise<void>,
  describe: (error: unknown) => string = describeError,
): AccountForm<Values> {
  const [failure, setFailure] = useState<string | null>(null)
  const [isSending, setSending] = useState(false)
  const form = useForm<Values>({ initialValues, validate: (values) => listErrors(schema, values) })

  const submit = form.onSubmit(async (values) => {
    setFailure(null)
    setSending(true)
    try {
      await send(schema.parse(values))
    } catch (error) {
      setFailure(describe(error))
    } finally {
      setSending(false)
    }
  })
  return { form, failure, isSending, submit }
}
