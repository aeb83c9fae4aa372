/** A GraphQL call to the running API; throws what the API says. */
export type Api = <T>(query: string, variables?: object, operationName?: string) => Promise<T>;

export function graphql(url: string, token: string | undefined, signal?: AbortSignal): Api {
  return async <T>(query: string, variables: object = {}, operationName?: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables, operationName }),
      signal,
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
    if (errors) throw new Error(errors.map((error) => error.message).join('\n'));
    return data;
  };
}
