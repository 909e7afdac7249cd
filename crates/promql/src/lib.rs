//! PromQL: the function table and the evaluator, over any store that implements the read contract.
