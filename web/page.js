// GraphiQL on our own API, with the ready queries of /assets/tabs.json in tabs. No build step, nothing from elsewhere.
(async () => {
  const token = () => {
    try {
      return JSON.parse(localStorage.getItem('graphiql:headers') ?? '{}').Authorization;
    } catch {
      return undefined;
    }
  };
  const tabs = await (await fetch('/assets/tabs.json')).json();
  const fetcher = GraphiQL.createFetcher({
    url: '/graphql',
    wsClient: graphqlWs.createClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
      connectionParams: () => ({ authorization: token() }),
    }),
  });
  // GraphiQL 4.1 goes on sending the operation name of the tab it came from.
  const current = (request, options) => {
    const names = [...request.query.matchAll(/^\s*(?:query|mutation|subscription)\s+(\w+)/gm)].map(
      ([, name]) => name,
    );
    const operationName = names.includes(request.operationName) ? request.operationName : names[0];
    return fetcher({ ...request, operationName }, options);
  };
  const page = React.createElement(GraphiQL, {
    fetcher: current,
    defaultTabs: tabs,
    defaultEditorToolsVisibility: 'variables',
    shouldPersistHeaders: true,
  });
  ReactDOM.createRoot(document.getElementById('page')).render(page);
})();
