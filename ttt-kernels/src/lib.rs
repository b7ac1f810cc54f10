//! CPU kernels over plain slices, free of Burn so that they build, test and measure in seconds.
