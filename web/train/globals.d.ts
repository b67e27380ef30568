/** Put in by the build: the version of the package. */
declare const PRODUCT_VERSION: string;
