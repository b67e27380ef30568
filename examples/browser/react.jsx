// A React component that shows the translation of what `source` is: a canvas, an image, a file.
//
//   <Translated model="/site/model/" source={file} />

import { pix2pix } from 'pix2pix-ts/web';
import { useEffect, useRef, useState } from 'react';

export function Translated({ model, source }) {
  const canvas = useRef(null);
  const [generator, setGenerator] = useState(null);
  const [error, setError] = useState('');

  useEffect(() => {
    let isCurrent = true; // the next model may be there first
    const loading = pix2pix(model);
    loading.ready().then(
      (loaded) => isCurrent && setGenerator(loaded),
      ({ message }) => isCurrent && setError(message),
    );
    return () => {
      isCurrent = false;
      setGenerator(null);
      loading.dispose().catch(() => {});
    };
  }, [model]);

  useEffect(() => {
    if (generator === null || source === undefined) return;
    let isCurrent = true;
    generator.translate(source).then(
      (picture) => {
        if (!isCurrent) return;
        Object.assign(canvas.current, { width: picture.width, height: picture.height });
        canvas.current.getContext('2d').putImageData(picture, 0, 0);
      },
      ({ message }) => setError(message),
    );
    return () => {
      isCurrent = false;
    };
  }, [generator, source]);

  return error === '' ? <canvas ref={canvas} /> : <p role="alert">{error}</p>;
}
