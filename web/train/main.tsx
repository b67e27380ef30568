import { render } from 'preact';
import { NoticeLine } from '../notices.js';
import { WEBGPU_BROWSERS } from '../webGpuBrowsers.js';
import { Progress } from './progress.js';
import { Runs } from './runs.js';
import { Setup } from './setup.js';
import { Trainer } from './trainer.js';

function Page({ trainer }: { trainer: Trainer }) {
  return (
    <>
      <header>
        <h1>Train in the browser</h1>
        <p>pix2pix on your GPU, in this page: no image and no weight leaves it.</p>
      </header>
      {navigator.gpu == null && (
        <p role="alert" class="failed">
          This browser has no WebGPU here, which training needs: open the page from https or localhost, in{' '}
          {WEBGPU_BROWSERS}.
        </p>
      )}
      <NoticeLine notices={trainer.notices} />
      <Progress trainer={trainer} />
      <div class="columns">
        <Setup trainer={trainer} />
        <Runs trainer={trainer} />
      </div>
    </>
  );
}

const trainer = new Trainer();
render(<Page trainer={trainer} />, document.querySelector('main')!);
void trainer.notices.attempt(() => trainer.refresh());
// A tab that is closed by mistake loses at most a minute; it asks first all the same.
addEventListener('beforeunload', (event) => {
  if (trainer.isBusy) event.preventDefault();
});
