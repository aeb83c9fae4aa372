import type { FastifyInstance } from 'fastify';
import type { Context } from './context.ts';

/** /healthz: this process answers. /readyz: so does the database. /metrics: figures in Prometheus' text format. */
export function healthRoutes(app: FastifyInstance, { lab }: Context) {
  let requests = 0;
  app.addHook('onResponse', async () => {
    requests++;
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await lab.db.pool.query('SELECT 1');
    return { status: 'ready' };
  });
  app.get('/metrics', async (_request, reply) => {
    const { rows } = await lab.db.pool.query(
      'SELECT kind, status, count(*)::int AS n FROM run GROUP BY kind, status ORDER BY 1, 2',
    );
    const memory = process.memoryUsage();
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return [
      '# HELP isogloss_runs Runs by kind and status.',
      '# TYPE isogloss_runs gauge',
      ...rows.map((row) => `isogloss_runs{kind="${row.kind}",status="${row.status}"} ${row.n}`),
      '# HELP isogloss_http_requests_total Requests answered by this process.',
      '# TYPE isogloss_http_requests_total counter',
      `isogloss_http_requests_total ${requests}`,
      '# HELP process_resident_memory_bytes Resident memory.',
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${memory.rss}`,
      '# HELP process_cpu_seconds_total User and system CPU time.',
      '# TYPE process_cpu_seconds_total counter',
      `process_cpu_seconds_total ${(process.cpuUsage().user + process.cpuUsage().system) / 1e6}`,
      '',
    ].join('\n');
  });
}
