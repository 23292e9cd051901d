// openapi-typescript with openapi-fetch: types only, checked by tsc.
import createClient from 'openapi-fetch'
import type { paths } from './api.js'

const { URL: url, TOKEN: token } = (globalThis as any).process.env
const client = createClient<paths>({
  baseUrl: `${url}/management/v1`,
  headers: { Authorization: `Bearer ${token}` },
})
const { data, error } = await client.GET('/users/{userId}/phone', {
  params: { path: { userId: 'gigi' }, header: { 'x-zitadel-orgid': 'acme' } },
})
if (error) throw new Error(error.message)
if (data.phone?.phone !== '+41791234567') throw new Error(JSON.stringify(data))
console.log('openapi-typescript: one call')
