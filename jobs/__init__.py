"""Background work: the job engine, its supervised worker, its dispatcher."""
