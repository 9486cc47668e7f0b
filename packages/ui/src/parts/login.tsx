import { type FormEvent, useState } from 'react'
import { ApiError, api, reasonOf } from '../api/client.ts'
import { keepLogin } from '../api/session.ts'
import { Icon, Logo } from './icon.tsx'

/** Asks for user and password, tries them once, and keeps them for this tab. */
export function Login({ onDone }: { readonly onDone: () => void }) {
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const [reason, setReason] = useState<string | null>(null)
  const signIn = async () => {
    keepLogin(`${user}:${password}`)
    try {
      await api.post('/flow_runs/count', {})
      onDone()
    } catch (error) {
      keepLogin(null)
      setReason(
        error instanceof ApiError && error.status === 401
          ? 'User or password is not right. Both are in SLIPWAY_AUTH_STRING of the server.'
          : reasonOf(error),
      )
    }
  }
  return (
    <main className="login">
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void signIn() // It shows its own failures.
        }}
      >
        <Logo className="login-logo" />
        <h1>Sign in to Slipway</h1>
        <label className="fld">
          <span className="lbl3">User</span>
          <input
            className="f"
            autoComplete="username"
            required
            value={user}
            onChange={(e) => setUser(e.target.value)}
          />
        </label>
        <label className="fld">
          <span className="lbl3">Password</span>
          <input
            className="f"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </label>
        {reason === null ? null : (
          <p className="err" role="alert">
            <Icon name="s-failed" />
            {reason}
          </p>
        )}
        <button className="btn pri lg" type="submit">
          Sign in
        </button>
        <p className="help">They are kept for this tab only.</p>
      </form>
    </main>
  )
}
