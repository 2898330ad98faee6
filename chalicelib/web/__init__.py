"""What people and programs see: pages and forms. The only room, with app.py, that imports chalice."""
