"""The counselors' and supervisors' pages of callbacks: the queue, one callback, its case, contacts and reviews."""
