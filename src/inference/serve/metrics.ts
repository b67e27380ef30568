import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestLine } from './requestLog.js';

/** Seconds: from a small network on a GPU to a large image on few cores. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const BATCHES = [1, 2, 4, 8, 16, 32];

/** What of a service is measured as it is at the moment. */
export interface ServiceState {
  imagesUnderWay(): number;
  modelBytes(): number;
}

/** The figures of a service, as Prometheus reads them. */
export class ServiceMetrics {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'pix2pix_request_seconds',
    help: 'From the beginning of a request to its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly images = new Counter({
    name: 'pix2pix_images_total',
    help: 'Images that were translated.',
    labelNames: ['model'],
    registers: [this.registry],
  });
  private readonly batches = new Histogram({
    name: 'pix2pix_batch_images',
    help: 'Images that were translated together.',
    labelNames: ['model'],
    buckets: BATCHES,
    registers: [this.registry],
  });
  private readonly computing = new Counter({
    name: 'pix2pix_computing_seconds_total',
    help: 'Time in which translations were computed.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  constructor(state: ServiceState) {
    collectDefaultMetrics({ register: this.registry });
    this.gauge('pix2pix_images_under_way', 'Images that wait or are translated.', state.imagesUnderWay);
    this.gauge('pix2pix_model_bytes', 'Memory of the loaded models, estimated.', state.modelBytes);
  }

  /** @param route the pattern, not the path: there would be figures for every path that anybody asks for */
  onRequest({ method, status, milliseconds }: RequestLine, route: string): void {
    this.requests.observe({ method, route, status }, milliseconds / 1000);
  }

  onBatch(model: string, images: number, seconds: number): void {
    this.images.inc({ model }, images);
    this.batches.observe({ model }, images);
    this.computing.inc({ model }, seconds);
  }

  /** The text format, and its media type. */
  async text(): Promise<{ readonly text: string; readonly mediaType: string }> {
    return { text: await this.registry.metrics(), mediaType: this.registry.contentType };
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
  }
}
